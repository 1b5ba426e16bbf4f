/**
 * One set of folders and what is known of its faces: the model behind a panel and an entry of the
 * side panel. Knows nothing of VS Code.
 */
import { EventEmitter } from 'node:events';
import { isDeepStrictEqual } from 'node:util';
import type { Clustering, FaceOrder } from '../../domain/clustering';
import type { Comparison } from '../../domain/comparison';
import type { FaceCard, PhotoView, ClusterPictures } from '../../domain/faces';
import type { BundledModels } from '../../domain/networks';
import type { Progress } from '../../domain/progress';
import type { FolderChanges, RunManifest } from '../../domain/run';
import {
  ANALYSIS_KEYS,
  type AnalysisSettings,
  analysisSettings,
  analysisSettingsSchema,
  clusteringSettings,
  METHODS,
  type Settings,
} from '../../domain/settings';
import type { CallOptions, EngineClient } from '../../engine/client';
import type { EngineCalls } from '../../protocol/engine';
import type { PanelProblem } from '../../protocol/panel';
import { readClustering, readComparison } from '../../runs/run-files';
import { upperFirst } from '../../text/letter-case';
import { CancelledError, messageOf, UserError } from '../../util/errors';

/** How a job ended. */
export type Outcome =
  { kind: 'done' } | { kind: 'cancelled' } | { kind: 'failed'; message: string; retry: boolean };

interface SessionEvents {
  /** Anything but what the others tell. */
  state: [];
  progress: [Progress | null];
  pictures: [ClusterPictures[]];
  /** The user has asked for it, for which it waited. */
  allowed: [];
}

/** What sessions share. */
export interface SessionContext {
  engine: EngineClient;
  bundled: BundledModels;
  /** Folder of what is kept between runs, of all workspaces. */
  storeDir: string;
  /** The settings as they are now. */
  settings: () => Settings;
  /** Whether the user trusts the workspace. */
  trusted: () => boolean;
  /** Takes what a developer would want to know of a failure. */
  log: (message: string) => void;
}

/** Settings that change no face. */
const FACELESS_KEYS: ReadonlySet<keyof AnalysisSettings> = new Set([
  'batchSize',
  'cache',
  'cacheLimit',
]);

type JobKind = 'describe' | 'cluster' | 'compare';

/** Numbers of clusters that are compared, as in the original work. */
const COMPARED = { from: 2, to: 50 };

export class RunSession extends EventEmitter<SessionEvents> {
  clustering: Clustering | null = null;
  pictures: ClusterPictures[] | null = null;
  comparison: Comparison | null = null;
  progress: Progress | null = null;
  problem: PanelProblem | null = null;
  /**
   * How the folders differ from what they were when they were described; null while that is not
   * known.
   */
  changes: FolderChanges = null;
  /** Counts up with each clustering: faces and pictures of another one are stale. */
  generation = 0;

  /** Nothing is kept of it any more: what was asked for before may fail. */
  private removed = false;
  private job: { controller: AbortController; kind: JobKind } | undefined;
  private failedJob: JobKind = 'describe';
  private loading: Promise<void> | undefined;
  private asked = false;

  constructor(
    private readonly context: SessionContext,
    readonly id: string,
    /** Where the run is kept. */
    readonly runDir: string,
    readonly folders: string[],
    public manifest: RunManifest | null = null,
  ) {
    super();
  }

  isBusy(): boolean {
    return this.job !== undefined;
  }

  /**
   * Whether nothing is started for this run: the workspace is not trusted, and the user has not
   * asked for the run since the window was opened.
   */
  get waits(): boolean {
    return !this.asked && !this.context.trusted();
  }

  /** The user asks for this run. */
  allow(): void {
    const { waits } = this;
    this.asked = true;
    if (waits) this.emit('allowed');
  }

  /** @throws UserError while the run waits for trust. */
  private get engine(): EngineClient {
    if (this.waits)
      throw new UserError(
        'nothing is started for clusters nobody has asked for in a workspace that is not trusted',
      );
    return this.context.engine;
  }

  /**
   * Finds the faces of the folders, infers their attributes and clusters them. Whatever was known
   * of them stays until then.
   */
  async describe(signal?: AbortSignal): Promise<Outcome> {
    return this.run('describe', signal, async (options) => {
      const { bundled, settings, storeDir } = this.context;
      const params = {
        runDir: this.runDir,
        id: this.id,
        folders: this.folders,
        settings: analysisSettings(settings()),
        bundled,
        storeDir,
      };
      this.manifest = await this.engine.call('analyse', params, options);
      this.changes = null;
      this.clustering = null;
      this.comparison = null;
      this.pictures = null;
      this.generation += 1;
      this.failedJob = 'cluster'; // from here on only that is to be done again
      await this.clusterFaces(options);
    });
  }

  /** Clusters the faces that are there by the settings as they are now. */
  async cluster(): Promise<Outcome> {
    return this.run('cluster', undefined, (options) => this.clusterFaces(options));
  }

  /** Compares the methods on the faces that are there; the comparison is kept with the run. */
  async compare(): Promise<Outcome> {
    return this.run('compare', undefined, async (options) => {
      const params = {
        runDir: this.runDir,
        methods: [...METHODS],
        from: COMPARED.from,
        to: COMPARED.to,
        outDir: undefined,
      };
      const settings = clusteringSettings(this.context.settings());
      this.comparison = await this.engine.call('compare', { ...params, settings }, options);
    });
  }

  /** Does what failed once more. */
  retry(): Promise<Outcome> {
    if (this.manifest === null) return this.describe();
    return this.failedJob === 'cluster'
      ? this.cluster()
      : this.failedJob === 'compare'
        ? this.compare()
        : this.describe();
  }

  cancel(): void {
    this.job?.controller.abort(new CancelledError());
  }

  /** Ends its work, before what is kept of it is removed. */
  end(): void {
    this.removed = true;
    this.cancel();
    this.removeAllListeners();
  }

  /** Reads the clustering that was kept with the run. */
  load(): Promise<void> {
    this.loading ??= (async () => {
      if (this.manifest === null || this.clustering !== null) return;
      try {
        this.comparison = await this.readComparison();
        const stored = await readClustering(this.runDir);
        if (stored === undefined || this.isBusy()) return;
        this.clustering = stored.clustering;
        this.generation += 1;
        this.emit('state');
      } catch (error) {
        this.fail('cluster', `the kept clusters cannot be read: ${messageOf(error)}`);
      }
    })();
    return this.loading;
  }

  /** One that is damaged is told of in the log, and hides nothing else. */
  private async readComparison(): Promise<Comparison | null> {
    try {
      return (await readComparison(this.runDir)) ?? null;
    } catch (error) {
      this.context.log(messageOf(error));
      return null;
    }
  }

  /**
   * Brings what is shown in line with the settings: clusters anew where those of clustering
   * changed.
   */
  async followSettings(): Promise<void> {
    if (this.waits) return;
    await this.load();
    // it will cluster by the settings as they are then
    const describing = this.job?.kind === 'describe';
    const wanted = clusteringSettings(this.context.settings());
    if (
      this.manifest !== null &&
      !describing &&
      (this.isBusy() || !isDeepStrictEqual(this.clustering?.settings, wanted))
    )
      await this.cluster();
    else this.emit('state');
  }

  /** Settings that differ from those the faces were described with. */
  get stale(): string[] {
    if (this.manifest === null) return [];
    const now = analysisSettings(this.context.settings());
    // Runs of earlier versions lack settings that came later: those had their defaults.
    const then = analysisSettingsSchema.parse(this.manifest.settings);
    // The seed of a sample nobody draws, the size of batches, and what is kept, change no face.
    const matters = (key: keyof AnalysisSettings) =>
      !FACELESS_KEYS.has(key) && (key !== 'seed' || now.sample > 0);
    return ANALYSIS_KEYS.filter((key) => matters(key) && now[key] !== then[key]);
  }

  /** Looks whether images were added, changed or removed since. */
  async checkFolders(): Promise<void> {
    const { manifest } = this;
    if (manifest === null || this.job?.kind === 'describe' || this.waits) return;
    try {
      const changes = await this.engine.call('changes', { runDir: this.runDir });
      if (manifest !== this.manifest || isDeepStrictEqual(changes, this.changes)) return;
      this.changes = changes;
      this.emit('state');
    } catch (error) {
      this.context.log(
        `the folders of '${this.folders.join("', '")}' cannot be compared with what they were: ${messageOf(error)}`,
      );
    }
  }

  async faces(
    cluster: number,
    order: FaceOrder,
    start: number,
    count: number,
  ): Promise<FaceCard[]> {
    return this.engine.call('page', { runDir: this.runDir, cluster, order, start, count });
  }

  /** Where the images of a cluster lie. */
  async clusterPaths(cluster: number): Promise<string[]> {
    return this.engine.call('clusterPaths', { runDir: this.runDir, cluster });
  }

  /** Copies the images of a cluster into a folder. */
  async copyImages(
    cluster: number,
    outDir: string,
    options: CallOptions,
  ): Promise<EngineCalls['copyImages']['result']> {
    return this.engine.call('copyImages', { runDir: this.runDir, cluster, outDir }, options);
  }

  async photo(row: number): Promise<PhotoView> {
    return this.engine.call('photo', { runDir: this.runDir, row });
  }

  /** Where the image of a face lies. */
  async locate(row: number): Promise<{ path: string; name: string }> {
    return this.engine.call('locate', { runDir: this.runDir, row });
  }

  async export(
    target: Omit<EngineCalls['export']['params'], 'runDir'>,
    options: CallOptions,
  ): Promise<EngineCalls['export']['result']> {
    return this.engine.call('export', { runDir: this.runDir, ...target }, options);
  }

  /** Makes the eigenfaces where they are not there yet. */
  async makePictures(): Promise<void> {
    if (this.pictures !== null || this.clustering === null || this.isBusy() || this.waits) return;
    const { generation } = this;
    try {
      const pictures = await this.engine.call('pictures', { runDir: this.runDir });
      if (generation !== this.generation) return;
      this.pictures = pictures;
      this.emit('pictures', pictures);
    } catch (error) {
      // of clusters that are gone
      if (generation !== this.generation || this.isBusy() || this.removed) return;
      this.fail('cluster', messageOf(error));
    }
  }

  private async clusterFaces(options: CallOptions): Promise<void> {
    const params = { runDir: this.runDir, settings: clusteringSettings(this.context.settings()) };
    const clustering = await this.engine.call('cluster', params, options);
    this.clustering = clustering;
    this.pictures = null;
    this.generation += 1;
  }

  /** One job at a time: a new one ends the old one. */
  private async run(
    kind: JobKind,
    signal: AbortSignal | undefined,
    work: (options: CallOptions) => Promise<void>,
  ): Promise<Outcome> {
    this.cancel();
    const controller = new AbortController();
    const job = { controller, kind };
    this.job = job;
    this.problem = null;
    this.failedJob = kind;
    const stop = () => {
      controller.abort(new CancelledError());
    };
    signal?.addEventListener('abort', stop, { once: true });
    const current = () => this.job === job;
    this.setProgress({ stage: kind === 'describe' ? 'scan' : kind, done: 0, total: 0, failed: 0 });
    this.emit('state');
    try {
      await work({
        signal: controller.signal,
        onProgress: (progress) => {
          if (current()) this.setProgress(progress);
        },
      });
      return { kind: 'done' };
    } catch (error) {
      if (error instanceof CancelledError) {
        if (current() && kind === 'cluster')
          this.problem = { message: 'Clustering was cancelled.', retry: true };
        if (current() && kind === 'compare')
          this.problem = { message: 'The comparison was cancelled.', retry: true };
        return { kind: 'cancelled' };
      }
      if (!(error instanceof UserError))
        this.context.log(error instanceof Error ? (error.stack ?? error.message) : String(error));
      const message = upperFirst(messageOf(error));
      const retry = true;
      if (current()) this.problem = { message, retry };
      return { kind: 'failed', message, retry };
    } finally {
      signal?.removeEventListener('abort', stop);
      if (current()) {
        this.job = undefined;
        this.setProgress(null);
        this.emit('state');
        // The engine may have died for reasons that would kill it again: only what was asked for is
        // done.
        if (this.problem === null) void this.makePictures();
      }
    }
  }

  private fail(job: JobKind, message: string): void {
    this.failedJob = job;
    this.problem = { message: upperFirst(message), retry: true };
    this.context.log(message);
    this.emit('state');
  }

  private setProgress(progress: Progress | null): void {
    this.progress = progress;
    this.emit('progress', progress);
  }
}
