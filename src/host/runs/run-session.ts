/**
 * A set of folders with its analysis and clustering: the model behind a panel and an entry of the
 * side panel. Does not depend on VS Code.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Progress } from '../../domain/progress';
import type { RunManifest } from '../../domain/run';
import { changeText } from '../../domain/setting-texts';
import type { OwnSettings, SomeSettings } from '../../domain/own-settings';
import type { CallOptions } from '../../engine/client';
import type { PanelProblem } from '../../protocol/panel';
import {
  readOwnSettings,
  type ReadOwnSettings,
  writeOwnSettings,
} from '../../runs/own-settings-file';
import { said } from '../../text/said';
import { inEnglish, t } from '../../text/translate';
import { messageOf } from '../../util/errors';
import { changedSettings } from './changed-settings';
import { CorrectionQueue, type Correcting } from './correction-queue';
import { judgeClusters } from './judge-clusters';
import { JobRunner, type Outcome } from './job-runner';
import { type Attempt, Previews } from './previews';
import { readStored, storedComparison } from './read-stored';
import { RunQueries } from './run-queries';
import { RunState } from './run-state';
import type { SessionContext } from './session-context';
import { SettingSteps } from './setting-steps';
import { settingsOfFolders } from './settings-of-folders';

export class RunSession extends RunState {
  readonly jobs: JobRunner;
  readonly queries: RunQueries;
  readonly own = new SettingSteps({
    read: () => this.readOwn(),
    keep: (own, keepsDamaged) => this.keepOwn(own, keepsDamaged),
  });
  /** The file that the run was opened from; undefined for a run of folders. */
  readonly file: string | undefined = undefined;
  protected removed = false;
  protected loading: Promise<void> | undefined;
  private readonly corrections: CorrectionQueue;
  private readonly previews: Previews;
  /** Number of clusterings so far that were not made by corrections. */
  clusterings = 0;

  constructor(
    context: SessionContext,
    id: string,
    runDir: string,
    folders: string[],
    manifest: RunManifest | null = null,
  ) {
    super(context, id, runDir, folders, manifest);
    this.queries = new RunQueries(() => this.engine, runDir, context.storeDir);
    this.jobs = new JobRunner({
      onProgress: (progress) => this.emit('progress', progress),
      onState: () => this.emit('state'),
      // After a failure, pictures are not requested: that could crash the engine in a loop.
      onSuccess: () => void this.makePictures(),
      log: context.log,
    });
    this.previews = new Previews(
      (attempt) => this.run('cluster', undefined, (options) => this.clusterFaces(options, attempt)),
      () => void this.makePictures(),
    );
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
        settings: settingsOfFolders(settings(), this.folders),
        bundled,
        storeDir,
      };
      this.manifest = await this.engine.call('analyze', params, options);
      this.changes = null;
      this.show(null);
      this.comparison = null;
      this.jobs.failedKind = 'cluster'; // a retry needs no second analysis
      await this.corrections.endedBeside;
      await this.clusterFaces(options);
    });
  }

  /** Clusters the analyzed faces according to the current settings. */
  cluster(): Promise<Outcome> {
    return this.run('cluster', undefined, (options) => this.clusterFaces(options));
  }

  /** Clusters by settings that a person tries; the settings stay as they are. */
  async preview(changes: SomeSettings): Promise<void> {
    const canCluster = this.manifest !== null && this.jobs.kind !== 'analyze' && !this.waits;
    if (canCluster) await this.previews.request(changes);
  }

  /**
   * Changes settings of these clusters alone, as one step, and clusters again.
   * @throws an error of the file system: then nothing has changed.
   */
  async change(changes: SomeSettings): Promise<void> {
    await this.own.add((values) => {
      const given = changedSettings(this.settings, changes);
      if (given === undefined) return undefined;
      const text = inEnglish(() => this.described(changeText(this.settings, given)));
      return { after: this.ownOf({ ...values, ...given }), text };
    });
    await this.followSettings();
  }

  /** Compares the clustering methods; the comparison is stored with the run. */
  compare(): Promise<Outcome> {
    return this.run('compare', undefined, async (options) => {
      await this.own.load();
      this.comparison = await this.queries.compareAll(this.settings, options);
    });
  }

  /** Corrects the clusters, or takes corrections back; see `CorrectionQueue`. */
  correct(request: Correcting, seen = this.clusterings): Promise<Outcome> {
    return this.corrections.add(request, seen);
  }

  private async makeCorrection(request: Correcting, options: CallOptions): Promise<void> {
    const { manifest } = this;
    const corrected = await this.queries.correct(request, this, options);
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

  /** Reads the own settings and the stored clustering and comparison, once. */
  load(): Promise<void> {
    this.loading ??= this.own.load().then(() => this.loadStored());
    return this.loading;
  }

  protected async readOwn(): Promise<ReadOwnSettings> {
    const read = await readOwnSettings(this.runDir);
    for (const problem of read.problems) this.context.log(problem);
    return read;
  }

  protected keepOwn(own: OwnSettings, keepsDamaged: boolean): Promise<void> {
    return writeOwnSettings(this.runDir, own, keepsDamaged);
  }

  /** Values like those of the shared settings follow those again. */
  protected ownOf(values: SomeSettings): SomeSettings {
    return changedSettings(this.sharedSettings, values) ?? {};
  }

  protected described(change: string): string {
    return this.folders.length === 1
      ? t('{0}, for this folder alone', change)
      : t('{0}, for these folders alone', change);
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
      const reason = said(messageOf(error));
      this.jobs.fail('cluster', t('the stored clusters cannot be read: {0}', reason));
    }
  }

  /** Clusters again if the settings of clustering differ from those of the clustering shown. */
  async followSettings(): Promise<void> {
    if (this.waits) return;
    await this.load();
    await this.previews.ended; // the last one may be by the new settings
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
    if (this.previews.areUnderWay) return; // which ask for them when they have settled
    const { generation } = this;
    try {
      for await (const pictures of this.queries.pictures(this.manifest?.faces ?? 0)) {
        if (generation !== this.generation) return;
        this.pictures = pictures;
        this.emit('pictures', pictures);
      }
      this.copies = await this.queries.copySummary();
      this.emit('state');
      await this.judge();
    } catch (error) {
      if (generation === this.generation) this.pictures = null; // or a preview would stay
      const outdated = generation !== this.generation || this.isBusy() || this.removed;
      if (!outdated) this.jobs.fail('cluster', said(messageOf(error)));
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

  private async clusterFaces(options: CallOptions, attempt?: Attempt): Promise<void> {
    await this.own.load();
    const settings = { ...this.settings, ...attempt?.changes };
    this.show(await this.queries.cluster(settings, options, attempt?.isFurther));
    this.clusterings += 1;
  }
}
