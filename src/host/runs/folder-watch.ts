/** Watches the folders of all runs, and looks at those in which something happens. */
import { extname } from 'node:path';
import * as vscode from 'vscode';
import { changesText } from '../../domain/progress-text';
import { IMAGE_EXTENSIONS } from '../../images/image-extensions';
import { readSettings } from '../settings/configuration';
import { isTrusted } from '../trust';
import type { RunLibrary } from './run-library';
import type { RunSession } from './run-session';

/** Time the folder has to come to rest, in milliseconds: copying many images is one change. */
const SETTLE = 1000;

interface Watch {
  watchers: vscode.Disposable[];
  timer: NodeJS.Timeout | undefined;
}

export class FolderWatch implements vscode.Disposable {
  private readonly watches = new Map<RunSession, Watch>();

  /** @param update describes a run again; what is known is not read. */
  constructor(
    private readonly library: RunLibrary,
    private readonly update: (session: RunSession) => void,
  ) {
    library.on('change', () => {
      this.follow();
    });
    this.follow();
  }

  /**
   * Watches just the runs that are there, where the setting wants it and the workspace is trusted:
   * what an event starts nobody has asked for.
   */
  follow(): void {
    const off = readSettings().settings.watch === 'off' || !isTrusted();
    const wanted = new Set(off ? [] : this.library.all.filter(({ manifest }) => manifest !== null));
    for (const [session, watch] of this.watches) {
      if (wanted.has(session)) continue;
      stop(watch);
      this.watches.delete(session);
    }
    for (const session of wanted)
      if (!this.watches.has(session)) this.watches.set(session, this.watch(session));
  }

  /** Looks at a run's folders now: they may have changed while nobody watched. */
  async check(session: RunSession): Promise<void> {
    const { watch } = readSettings().settings;
    if (watch === 'off' || !isTrusted()) return;
    await session.checkFolders();
    if (watch === 'update' && changesText(session.changes) !== '' && !session.isBusy())
      this.update(session);
  }

  dispose(): void {
    for (const watch of this.watches.values()) stop(watch);
    this.watches.clear();
  }

  private watch(session: RunSession): Watch {
    const watch: Watch = { watchers: [], timer: undefined };
    const onEvent = ({ path }: vscode.Uri) => {
      // A folder that is moved away or back is one event without an extension.
      const extension = extname(path).toLowerCase();
      if (extension !== '' && !IMAGE_EXTENSIONS.has(extension)) return;
      clearTimeout(watch.timer);
      watch.timer = setTimeout(() => void this.check(session), SETTLE);
    };
    for (const folder of session.folders) {
      const watcher = vscode.workspace.createFileSystemWatcher(
        new vscode.RelativePattern(vscode.Uri.file(folder), '**/*'),
      );
      watch.watchers.push(
        watcher,
        watcher.onDidCreate(onEvent),
        watcher.onDidChange(onEvent),
        watcher.onDidDelete(onEvent),
      );
    }
    return watch;
  }
}

function stop({ watchers, timer }: Watch) {
  clearTimeout(timer);
  for (const watcher of watchers) watcher.dispose();
}
