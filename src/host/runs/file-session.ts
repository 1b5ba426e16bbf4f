/**
 * A run that was opened from a file. It has its own settings of clustering, which begin as those
 * that the clusters in the file were made with, and its photos may be elsewhere: nothing looks for
 * them before the user asks for one. Does not depend on VS Code.
 */
import type { Clustering } from '../../domain/clustering';
import type { OwnSettings, SomeSettings } from '../../domain/own-settings';
import type { ReadOwnSettings } from '../../runs/own-settings-file';
import { t } from '../../text/translate';
import type { Outcome } from './job-runner';
import { RunSession } from './run-session';
import type { SessionContext } from './session-context';
import type { Opened, WorkingCopy } from './working-copies';

const NOT_HERE =
  'The clusters were opened from a file. To analyze images again, cluster the faces of their folder.';

export class FileSession extends RunSession {
  override readonly file: string;

  constructor(
    context: SessionContext,
    private readonly copy: WorkingCopy,
  ) {
    super(context, copy.id, copy.runDir, [copy.file]);
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
    this.own.begin(opened.settings ?? this.shownSettings());
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

  private shownSettings(): SomeSettings {
    return this.clustering?.settings ?? {};
  }

  /** Nothing is beside the working copy: `loadStored` knows the settings. */
  protected override readOwn(): Promise<ReadOwnSettings> {
    return Promise.resolve({ values: {}, done: [], undone: [], problems: [] });
  }

  protected override keepOwn({ values }: OwnSettings): Promise<void> {
    return this.copy.keepSettings({ ...this.sharedSettings, ...values });
  }

  /** All settings are those of the file, whatever the shared ones are. */
  protected override ownOf(values: SomeSettings): SomeSettings {
    return values;
  }

  protected override described(change: string): string {
    return change;
  }
}
