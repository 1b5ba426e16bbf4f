/** Prepares the webview of a panel: options, title, icon and page. */
import * as vscode from 'vscode';
import { setPanelTitle } from '../outlets';
import { panelHtml } from './panel-html';

/** @param script name of the bundle in `dist`. */
export function showPage(
  panel: vscode.WebviewPanel,
  extensionUri: vscode.Uri,
  { title, script }: { title: string; script: string },
): void {
  const { webview } = panel;
  const dist = vscode.Uri.joinPath(extensionUri, 'dist');
  webview.options = { enableScripts: true, localResourceRoots: [dist] };
  setPanelTitle(panel, title);
  panel.iconPath = {
    light: vscode.Uri.joinPath(extensionUri, 'media', 'panel-light.svg'),
    dark: vscode.Uri.joinPath(extensionUri, 'media', 'panel-dark.svg'),
  };
  webview.html = panelHtml(String(webview.asWebviewUri(vscode.Uri.joinPath(dist, script))));
}
