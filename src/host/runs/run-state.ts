/** What a run shows, and whether it may start anything; the base of its session. */
import { EventEmitter } from 'node:events';
import type { Clustering } from '../../domain/clustering';
import type { Comparison } from '../../domain/comparison';
import type { ClusterPictures, CopiesSummary } from '../../domain/faces';
import type { Judgement } from '../../domain/judgement';
import type { FolderChanges, RunManifest } from '../../domain/run';
import { withOwn } from '../../domain/own-settings';
import { type ClusteringSettings, clusteringSettings } from '../../domain/settings';
import type { EngineClient } from '../../engine/client';
import { t } from '../../text/translate';
import { UserError } from '../../util/errors';
import type { SessionContext, SessionEvents } from './session-context';
import type { SettingSteps } from './setting-steps';
import { staleSettings } from './stale-settings';

export abstract class RunState extends EventEmitter<SessionEvents> {
  clustering: Clustering | null = null;
  pictures: ClusterPictures[] | null = null;
  /** Null where they are not known, or there are none. */
  copies: CopiesSummary | null = null;
  /** Agreement of the clusters with labels beside the images; null where not known. */
  judgement: Judgement | null = null;
  comparison: Comparison | null = null;
  /** Changes in the folders since the analysis; null if not known. */
  changes: FolderChanges = null;
  /** Number of clusterings so far: faces and pictures of an earlier one are outdated. */
  generation = 0;
  /** Settings of clustering that replace the shared ones. */
  abstract readonly own: SettingSteps;
  private requested = false;

  constructor(
    protected readonly context: SessionContext,
    readonly id: string,
    /** Folder of the stored run. */
    readonly runDir: string,
    readonly folders: string[],
    public manifest: RunManifest | null,
  ) {
    super();
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
        t('clusters of a workspace that is not trusted are used only after you open them'),
      );
    return this.context.engine;
  }

  /** The settings of clustering that all runs share. */
  get sharedSettings(): ClusteringSettings {
    return clusteringSettings(this.context.settings());
  }

  /** The settings of clustering in effect. */
  get settings(): ClusteringSettings {
    return withOwn(this.sharedSettings, this.own.values);
  }

  /** Settings whose change takes effect with the next analysis. */
  get stale(): string[] {
    return this.manifest === null ? [] : staleSettings(this.manifest, this.context.settings());
  }

  protected show(clustering: Clustering | null): void {
    this.clustering = clustering;
    this.pictures = null;
    this.judgement = null;
    this.generation += 1;
  }
}
