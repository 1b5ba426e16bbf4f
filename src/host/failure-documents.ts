/** The list of images that could not be used, as a read-only document. */
import { stringify } from 'csv-stringify/sync';
import * as vscode from 'vscode';
import type { RunLibrary } from './run-library';
import type { RunSession } from './run-session';

const SCHEME = 'face-clusters-failures';

export class FailureDocuments implements vscode.TextDocumentContentProvider {
  readonly registration = vscode.workspace.registerTextDocumentContentProvider(SCHEME, this);
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.changed.event;

  constructor(private readonly library: RunLibrary) {}

  async show(session: RunSession): Promise<void> {
    const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${session.id}/failed.csv` });
    this.changed.fire(uri);
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri), { preview: true });
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    const failures = this.library.find(uri.path.split('/')[1] ?? '')?.manifest?.failures ?? [];
    return stringify(
      failures.map(({ image, reason }) => [image, reason]),
      { header: true, columns: ['image', 'reason'] },
    );
  }
}
