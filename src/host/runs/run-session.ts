/**
 * A set of folders with its analysis and clustering: the model behind a panel and an entry of the
 * side panel. Does not depend on VS Code.
 */
import { EventEmitter } from 'node:events';
import { isDeepStrictEqual } from 'node:util';
import type { Clustering } from '../../domain/clustering';
import type { Comparison } from '../../domain/comparison';
import type { ClusterPictures } from '../../domain/faces';
import type { Judgement } from '../../domain/judgement';
import type { Progress } from '../../domain/progress';
import type { FolderChanges, RunManifest } from '../../domain/run';
import {
  analysisSettings,
  type ClusteringSettings,
  clusteringSettings,
} from '../../domain/settings';
import type { CallOptions, EngineClient } from '../../engine/client';
import type { PanelProblem } from '../../protocol/panel';
import { messageOf, UserError } from '../../util/errors';
import { CorrectionQueue, type CorrectionStep } from './correction-queue';
import { judgeClusters } from './judge-clusters';
import { JobRunner, type Outcome } from './job-runner';
import { readStored, storedComparison } from './read-stored';
import { RunQueries } from './run-queries';
import type { SessionContext, SessionEvents } from './session-context';
import { staleSettings } from './stale-settings';

/** About how many faces the eigenfaces of a larger run are first made of. */
const PREVIEW_FACES = 8000;

export class RunSession extends EventEmitter<SessionEvents> {
  clustering: Clustering | null = null;
  pictures: ClusterPictures[] | null = null;
  /** Agreement of the clusters with labels beside the images; null where not known. */
  judgement: Judgement | null = null;
  comparison: Comparison | null = null;
  /** Changes in the folders since the analysis; null if not known. */
  changes: FolderChanges = null;
  /** Number of clusterings so far: faces and pictures of an earlier one are outdated. */
  generation = 0;

  readonly jobs: JobRunner;
  readonly queries: RunQueries;
  /** The file that the run was opened from; undefined for a run of folders. */
  readonly file: string | undefined = undefined;
  protected removed = false;
  private requested = false;
  protected loading: Promise<void> | undefined;
  private readonly corrections: CorrectionQueue;
  /** Number of clusterings so far that were not made by corrections. */
  private clusterings = 0;

  constructor(
    protected readonly context: SessionContext,
    readonly id: string,
    /** Folder of the stored run. */
    readonly runDir: string,
    readonly folders: string[],
    public manifest: RunManifest | null = null,
  ) {
    super();
    this.queries = new RunQueries(() => this.engine, runDir, context.storeDir);
    this.jobs = new JobRunner({
      onProgress: (progress) => this.emit('progress', progress),
      onState: () => this.emit('state'),
      // After a failure, pictures are not requested: that could crash the engine in a loop.
      onSuccess: () => void this.makePictures(),
      log: context.log,
    });
    this.corrections = new CorrectionQueue({
      jobs: this.jobs,
      isClustering: () =>
        this.jobs.kind === 'cluster' || (this.isBusy() && this.clustering === null),
      clusterings: () => this.clusterings,
      make: (request, options) => this.makeCorrection(request, options),
    });
  }

  get progress(): Progress | null {
    return this.jobs.progress;
  }

  get problem(): PanelProblem | null {
    return this.jobs.problem;
  }

  isBusy(): boolean {
    return this.jobs.kind !== undefined;
  }

  /**
   * Whether the run may not start anything: the workspace is not trusted, and the user has not
   * requested the run since the window was opened.
   */
  get waits(): boolean {
    return !this.requested && !this.context.trusted();
  }

  /** Marks the run as requested by the user. */
  allow(): void {
    const { waits } = this;
    this.requested = true;
    if (waits) this.emit('allowed');
  }

  /** @throws UserError while the run waits for trust. */
  protected get engine(): EngineClient {
    if (this.waits)
      throw new UserError(
        'clusters of a workspace that is not trusted are used only after you open them',
      );
    return this.context.engine;
  }

  /** The current settings of clustering. */
  get settings(): ClusteringSettings {
    return clusteringSettings(this.context.settings());
  }

  /** Settings whose change takes effect with the next analysis. */
  get stale(): string[] {
    return this.manifest === null ? [] : staleSettings(this.manifest, this.context.settings());
  }

  /**
   * Finds the faces of the folders, infers their attributes and clusters them. Earlier results stay
   * until then.
   */
  analyze(signal?: AbortSignal): Promise<Outcome> {
    return this.run('analyze', signal, async (options) => {
      const { bundled, settings, storeDir } = this.context;
      const params = {
        runDir: this.runDir,
        id: this.id,
        folders: this.folders,
        settings: analysisSettings(settings()),
        bundled,
        storeDir,
      };
      this.manifest = await this.engine.call('analyze', params, options);
      this.changes = null;
      this.clustering = null;
      this.comparison = null;
      this.pictures = null;
      this.judgement = null;
      this.generation += 1;
      this.jobs.failedKind = 'cluster'; // a retry needs no second analysis
      await this.corrections.endedBeside;
      await this.clusterFaces(options);
    });
  }

  /** Clusters the analyzed faces according to the current settings. */
  cluster(): Promise<Outcome> {
    return this.run('cluster', undefined, (options) => this.clusterFaces(options));
  }

  /** Compares the clustering methods; the comparison is stored with the run. */
  compare(): Promise<Outcome> {
    return this.run('compare', undefined, async (options) => {
      this.comparison = await this.queries.compare(this.settings, options);
    });
  }

  /** Corrects the clusters, or takes corrections back; see `CorrectionQueue`. */
  correct(request: CorrectionStep): Promise<Outcome> {
    return this.corrections.add(request);
  }

  private async makeCorrection(request: CorrectionStep, options: CallOptions): Promise<void> {
    const { manifest } = this;
    const corrected = await this.engine.call('correct', { runDir: this.runDir, request }, options);
    if (manifest !== this.manifest) return; // its clustering follows the log
    this.show(corrected);
    this.emit('state');
  }

  /** Runs a job, but not before a correction is in the log: it would be cancelled, and lost. */
  private run(...job: Parameters<JobRunner['run']>): Promise<Outcome> {
    const { ended } = this.corrections;
    if (ended === undefined) return this.jobs.run(...job);
    if (this.jobs.kind === 'cluster') this.cancel(); // which the correction may wait for
    return ended.then(() => this.jobs.run(...job));
  }

  /** Repeats the job that failed. */
  retry(): Promise<Outcome> {
    const { failedKind } = this.jobs;
    if (this.manifest === null || failedKind === 'open') return this.begin();
    return failedKind === 'correct' ? this.correct({ kind: 'replay' }) : this[failedKind]();
  }

  /** Makes the run, once more if that failed. */
  protected begin(): Promise<Outcome> {
    return this.analyze();
  }

  cancel(): void {
    this.jobs.cancel();
  }

  /** Stops all work before the stored run is removed. */
  end(): void {
    this.removed = true;
    this.cancel();
    this.removeAllListeners();
  }

  /** Reads the stored clustering and comparison, once. */
  load(): Promise<void> {
    this.loading ??= this.loadStored();
    return this.loading;
  }

  protected async loadStored(): Promise<void> {
    if (this.manifest === null || this.clustering !== null) return;
    try {
      this.comparison = await storedComparison(this.runDir, this.context.log);
      const { clustering, isBehindLog } = await readStored(this.runDir);
      if (clustering === undefined || this.isBusy()) return;
      this.clustering = clustering;
      this.generation += 1;
      this.emit('state');
      if (isBehindLog) await this.correct({ kind: 'replay' });
    } catch (error) {
      this.jobs.fail('cluster', `the stored clusters cannot be read: ${messageOf(error)}`);
    }
  }

  /** Clusters again if the settings of clustering differ from those of the clustering shown. */
  async followSettings(): Promise<void> {
    if (this.waits) return;
    await this.load();
    const analyzing = this.jobs.kind === 'analyze'; // ends with a clustering by these settings
    const outdated = this.isBusy() || !isDeepStrictEqual(this.clustering?.settings, this.settings);
    if (this.manifest !== null && !analyzing && outdated) await this.cluster();
    else this.emit('state');
  }

  /** Looks for images that were added, changed or removed since the analysis. */
  async checkFolders(): Promise<void> {
    const { manifest } = this;
    if (manifest === null || this.jobs.kind === 'analyze' || this.waits) return;
    try {
      const changes = await this.engine.call('changes', { runDir: this.runDir });
      if (manifest !== this.manifest || isDeepStrictEqual(changes, this.changes)) return;
      this.changes = changes;
      this.emit('state');
    } catch (error) {
      this.context.log(
        `cannot look for changes in '${this.folders.join("', '")}': ${messageOf(error)}`,
      );
    }
  }

  /** Makes the eigenfaces of the clusters unless they exist. */
  async makePictures(): Promise<void> {
    if (this.pictures !== null || this.clustering === null || this.isBusy() || this.waits) return;
    const { generation, runDir } = this;
    try {
      const isLarge = (this.manifest?.faces ?? 0) > 2 * PREVIEW_FACES;
      for (const sample of isLarge ? [{ sample: PREVIEW_FACES }, {}] : [{}]) {
        const pictures = await this.engine.call('pictures', { runDir, ...sample });
        if (generation !== this.generation) return;
        this.pictures = pictures;
        this.emit('pictures', pictures);
      }
      await this.judge();
    } catch (error) {
      if (generation === this.generation) this.pictures = null; // or a preview would stay
      const outdated = generation !== this.generation || this.isBusy() || this.removed;
      if (!outdated) this.jobs.fail('cluster', messageOf(error));
    }
  }

  /** Compares the clusters with labels, if there are any beside the images. */
  protected async judge(): Promise<void> {
    const { generation } = this;
    const isOutdated = () => generation !== this.generation || this.isBusy() || this.removed;
    const judgement = await judgeClusters(this.engine, this.runDir, (message) => {
      if (!isOutdated()) this.context.log(message);
    });
    if (generation !== this.generation || judgement === undefined) return;
    this.judgement = judgement;
    this.emit('state');
  }

  private async clusterFaces(options: CallOptions): Promise<void> {
    this.show(await this.queries.cluster(this.settings, options));
    this.clusterings += 1;
  }

  protected show(clustering: Clustering): void {
    this.clustering = clustering;
    this.pictures = null;
    this.judgement = null;
    this.generation += 1;
  }
}
