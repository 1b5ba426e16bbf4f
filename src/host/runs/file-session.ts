/**
 * A run that was opened from a file. It has its own settings of clustering, which begin as those
 * that the clusters in the file were made with, and its photos may be elsewhere: nothing looks for
 * them before the user asks for one. Does not depend on VS Code.
 */
import type { Clustering } from '../../domain/clustering';
import type { ClusteringSettings } from '../../domain/settings';
import { t } from '../../text/translate';
import type { Outcome } from './job-runner';
import { RunSession } from './run-session';
import type { SessionContext } from './session-context';
import type { Opened, WorkingCopy } from './working-copies';

const NOT_HERE =
  'The clusters were opened from a file. To analyze images again, cluster the faces of their folder.';

export class FileSession extends RunSession {
  override readonly file: string;
  private readonly own: { settings: Partial<ClusteringSettings> };

  constructor(
    context: SessionContext,
    private readonly copy: WorkingCopy,
  ) {
    const own = { settings: {} };
    const settings = () => ({ ...context.settings(), ...own.settings });
    super({ ...context, settings }, copy.id, copy.runDir, [copy.file]);
    this.own = own;
    this.file = copy.file;
  }

  override get stale(): string[] {
    return [];
  }

  override analyze(): Promise<Outcome> {
    return Promise.resolve({
      kind: 'failed',
      message: t(NOT_HERE),
      retry: false,
      isDefect: false,
    });
  }

  override async compare(): Promise<Outcome> {
    const outcome = await super.compare();
    if (outcome.kind === 'done') this.emit('changed');
    return outcome;
  }

  override checkFolders(): Promise<void> {
    return Promise.resolve();
  }

  override load(): Promise<void> {
    return this.waits ? Promise.resolve() : super.load();
  }

  /** Changes settings of the clusters, which are made anew. */
  async change(changes: Partial<ClusteringSettings>): Promise<void> {
    this.own.settings = { ...this.own.settings, ...changes };
    await this.copy.keepSettings(this.settings);
    await this.followSettings();
  }

  /** Shows what the file holds, and forgets all changes since. */
  async revert(): Promise<void> {
    this.cancel();
    await this.begin();
  }

  protected override async loadStored(): Promise<void> {
    let opened: Opened | undefined;
    const outcome = await this.jobs.run('open', undefined, async (options) => {
      if (this.waits) return;
      opened = await this.copy.open(options);
    });
    if (outcome.kind === 'failed') this.context.log(outcome.message);
    if (opened === undefined) return;
    this.manifest = opened.manifest;
    this.clustering = null;
    this.pictures = null;
    await super.loadStored();
    this.own.settings = opened.settings ?? this.clusteringOf().settings;
    if (opened.recovered) this.emit('changed');
  }

  protected override async begin(): Promise<Outcome> {
    this.loading = this.loadStored();
    await this.loading;
    await this.followSettings();
    return { kind: 'done' };
  }

  /** Labels beside images that a file from elsewhere names are not read. */
  protected override judge(): Promise<void> {
    return Promise.resolve();
  }

  protected override show(clustering: Clustering | null): void {
    super.show(clustering);
    this.emit('changed');
  }

  private clusteringOf(): { settings: Partial<ClusteringSettings> } {
    return this.clustering ?? { settings: {} };
  }
}
