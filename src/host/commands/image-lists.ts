/** Read-only documents that list the unusable images and the images without a face. */
import * as vscode from 'vscode';
import { failedCsv, withoutFaceCsv } from '../../summaries/image-lists';
import type { RunLibrary } from '../runs/run-library';
import type { RunSession } from '../runs/run-session';

const SCHEME = 'face-clusters-images';

const LISTS = { 'failed.csv': failedCsv, 'without-face.csv': withoutFaceCsv };

export class ImageLists implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly registration = vscode.workspace.registerTextDocumentContentProvider(
    SCHEME,
    this,
  );
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.changed.event;

  constructor(private readonly library: RunLibrary) {}

  async show(session: RunSession, list: keyof typeof LISTS): Promise<void> {
    const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${session.id}/${list}` });
    this.changed.fire(uri);
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri), {
      preview: true,
    });
  }

  dispose(): void {
    this.registration.dispose();
    this.changed.dispose();
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    const [, id = '', list = ''] = uri.path.split('/');
    const manifest = this.library.find(id)?.manifest;
    return manifest == null || !Object.hasOwn(LISTS, list)
      ? ''
      : LISTS[list as keyof typeof LISTS](manifest);
  }
}
