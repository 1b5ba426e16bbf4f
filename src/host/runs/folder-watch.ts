/** Watches the image files, and the archives, of the runs that are open in panels. */
import { basename, dirname } from 'node:path';
import * as vscode from 'vscode';
import { isArchive } from '../../archives/archive-path';
import { changesText } from '../../domain/progress-text';
import { IMAGE_EXTENSIONS } from '../../images/image-extensions';
import { Disposables } from '../disposables';
import { readSettings } from '../settings/configuration';
import { isTrusted } from '../trust';
import type { RunSession } from './run-session';

/** Pause after the last event, in milliseconds: copying many images is one change. */
const SETTLE_MS = 1000;

/** Image files in upper and lower case; the patterns of VS Code are case-sensitive. */
const IMAGES = `**/*.{${[...IMAGE_EXTENSIONS].map(inAnyCase).join(',')}}`;

function inAnyCase(extension: string): string {
  return extension.slice(1).replaceAll(/[a-z]/g, (letter) => `[${letter}${letter.toUpperCase()}]`);
}

/** A name as a pattern that only this name matches. */
const escaped = (name: string) => name.replaceAll(/[*?[\]{}]/g, '[$&]');

export class FolderWatch implements vscode.Disposable {
  private readonly open = new Set<RunSession>();
  private readonly watches = new Map<RunSession, Disposables>();
  /** Runs whose next look for changes waits for a job. */
  private readonly waiting = new Set<RunSession>();
  private readonly folderEvents: Disposables;

  /** @param refresh analyzes a run again; unchanged images are not read. */
  constructor(private readonly refresh: (session: RunSession) => void) {
    this.folderEvents = this.watchFoldersOfWorkbench();
  }

  /** Watches the folders of a run, and looks for changes since its analysis. */
  add(session: RunSession): void {
    if (session.file !== undefined) return; // its photos may be anywhere
    this.open.add(session);
    this.update();
    void this.check(session);
  }

  remove(session: RunSession): void {
    this.open.delete(session);
    this.update();
  }

  /** Follows the setting `watch` and the trust in the workspace. */
  update(): void {
    const off = readSettings().settings.watch === 'off' || !isTrusted();
    for (const [session, watch] of this.watches) {
      if (!off && this.open.has(session)) continue;
      watch.dispose();
      this.watches.delete(session);
    }
    if (off) return;
    for (const session of this.open)
      if (!this.watches.has(session)) this.watches.set(session, this.watch(session));
  }

  dispose(): void {
    this.open.clear();
    for (const watch of this.watches.values()) watch.dispose();
    this.watches.clear();
    this.folderEvents.dispose();
  }

  /**
   * Looks for changes in the folders of a run, and refreshes it if the setting says so. A running
   * job is awaited: an analysis has listed the images before it reads them.
   */
  private async check(session: RunSession): Promise<void> {
    if (this.waiting.has(session)) return; // which sees these changes, too
    this.waiting.add(session);
    while (session.isBusy()) await session.jobs.ended;
    this.waiting.delete(session);
    const { watch } = readSettings().settings;
    if (watch === 'off' || !isTrusted() || !this.open.has(session)) return;
    await session.checkFolders();
    if (watch !== 'update' || changesText(session.changes) === '') return;
    if (session.isBusy()) await this.check(session);
    else this.refresh(session);
  }

  private watch(session: RunSession): Disposables {
    const watch = new Disposables();
    const checkSoon = this.debounced(session, watch);
    for (const folder of session.folders) {
      const watcher = vscode.workspace.createFileSystemWatcher(
        isArchive(folder)
          ? new vscode.RelativePattern(vscode.Uri.file(dirname(folder)), escaped(basename(folder)))
          : new vscode.RelativePattern(vscode.Uri.file(folder), IMAGES),
      );
      watch.add(watcher);
      watch.add(watcher.onDidCreate(checkSoon));
      watch.add(watcher.onDidChange(checkSoon));
      watch.add(watcher.onDidDelete(checkSoon));
    }
    return watch;
  }

  private debounced(session: RunSession, disposables: Disposables): () => void {
    let timer: NodeJS.Timeout | undefined;
    disposables.add({
      dispose: () => {
        clearTimeout(timer);
      },
    });
    return () => {
      clearTimeout(timer);
      timer = setTimeout(() => void this.check(session), SETTLE_MS);
    };
  }

  /** A folder that is moved or deleted causes no event for the images in it. */
  private watchFoldersOfWorkbench(): Disposables {
    const events = new Disposables();
    const checkAll = () => {
      for (const session of this.watches.keys()) void this.check(session);
    };
    events.add(vscode.workspace.onDidRenameFiles(checkAll));
    events.add(vscode.workspace.onDidDeleteFiles(checkAll));
    return events;
  }
}
