/** The editor of files of runs: the panel, with changes that are saved and reverted by VS Code. */
import { basename } from 'node:path';
import * as vscode from 'vscode';
import { forName } from '../../text/neutralize';
import { megabytes } from '../../text/sizes';
import { t } from '../../text/translate';
import { CancelledError, UserError } from '../../util/errors';
import { withSignal } from '../commands/notification-progress';
import { type Disposable, Disposables, listen } from '../disposables';
import { ask, showInStatusBar } from '../outlets';
import { FileSession } from '../runs/file-session';
import type { RunLibrary } from '../runs/run-library';
import type { WorkingCopy } from '../runs/working-copies';
import type { Panels } from './panels';

/** A file that is open. */
class RunDocument implements vscode.CustomDocument {
  constructor(
    readonly uri: vscode.Uri,
    readonly session: FileSession,
    readonly copy: WorkingCopy,
    private readonly onDispose: () => void,
  ) {}

  dispose(): void {
    this.onDispose();
  }
}

interface EditorContext {
  library: RunLibrary;
  panels: Panels;
  /** @param backup id of VS Code's backup of changes to the file. */
  openFile: (
    file: string,
    backup: string | undefined,
  ) => { session: FileSession; copy: WorkingCopy };
}

/** Milliseconds after which corrections that were made during a save are told of again. */
const AFTER_SAVE_MS = 100;
/** Time in milliseconds that the status bar says that a file was saved. */
const SHOWN_MS = 5000;

export class FileEditor implements vscode.CustomEditorProvider<RunDocument>, Disposable {
  private readonly disposables = new Disposables();
  private readonly changed = this.disposables.add(
    new vscode.EventEmitter<vscode.CustomDocumentContentChangeEvent<RunDocument>>(),
  );
  readonly onDidChangeCustomDocument = this.changed.event;
  private readonly open = new Set<RunDocument>();

  constructor(private readonly context: EditorContext) {}

  openCustomDocument(uri: vscode.Uri, { backupId }: vscode.CustomDocumentOpenContext): RunDocument {
    const { library, openFile } = this.context;
    const { session, copy } = openFile(pathOf(uri), backupId);
    const listening = listen(session, 'changed', () => {
      this.changed.fire({ document });
    });
    const document: RunDocument = new RunDocument(uri, session, copy, () => {
      listening.dispose();
      this.open.delete(document);
      library.close(session);
      void copy.remove();
    });
    this.open.add(document);
    library.open(session);
    return document;
  }

  async resolveCustomEditor({ session }: RunDocument, panel: vscode.WebviewPanel): Promise<void> {
    await this.context.panels.showInEditor(panel, session);
  }

  async saveCustomDocument(document: RunDocument, token: vscode.CancellationToken): Promise<void> {
    const { copy } = document;
    if ((await copy.isOutdated()) && !(await mayReplace(copy.file))) throw new CancelledError();
    const bytes = await withSignal(token, (signal) => copy.save({ signal }));
    showInStatusBar(t('Saved, {0}', megabytes(bytes)), SHOWN_MS);
    if (!(await copy.isChanged())) return;
    // VS Code takes the file for unchanged once this has returned.
    setTimeout(() => {
      this.changed.fire({ document });
    }, AFTER_SAVE_MS);
  }

  async saveCustomDocumentAs(
    { session }: RunDocument,
    destination: vscode.Uri,
    token: vscode.CancellationToken,
  ): Promise<void> {
    const file = pathOf(destination);
    await withSignal(token, (signal) => session.queries.pack(file, { signal }));
  }

  async revertCustomDocument({ session }: RunDocument): Promise<void> {
    await session.revert();
  }

  /** The copy itself is the backup: each correction is on the disk at once. */
  backupCustomDocument({ copy }: RunDocument): Promise<vscode.CustomDocumentBackup> {
    return Promise.resolve({ id: copy.id, delete: () => undefined });
  }

  /** When the window is closed. */
  dispose(): void {
    for (const { copy } of this.open) copy.leave();
    this.disposables.dispose();
  }
}

/** @throws UserError where it is not on a disk, such as in the history of a repository. */
function pathOf({ scheme, fsPath }: vscode.Uri): string {
  if (scheme === 'file') return fsPath;
  throw new UserError(
    t(
      "expected a file on a disk of the computer that VS Code works on, got one of '{0}'",
      forName(scheme),
    ),
  );
}

/** Asks whether changes are wanted that were not saved when a window was closed. */
export async function wantsBack(file: string): Promise<boolean> {
  const restore = t('Restore');
  const answer = await ask(
    'information',
    t("Restore changes to '{0}' that were not saved?", forName(basename(file))),
    t('The window was closed before they were. Otherwise they are forgotten.'),
    restore,
  );
  return answer === restore;
}

async function mayReplace(file: string): Promise<boolean> {
  const replace = t('Replace');
  const answer = await ask(
    'warning',
    t("'{0}' was changed by another program since it was opened. Replace it?", forName(file)),
    t('What was changed there is lost. “Save As…” keeps both.'),
    replace,
  );
  return answer === replace;
}
