/**
 * The language of the window. VS Code reads its bundle from the extension's own folder (`l10n` in
 * package.json); in English, and in languages without one, there is nothing to read.
 */
import * as vscode from 'vscode';
import { speakLanguage } from '../domain/words/speak';

export function speakLanguageOfWindow(): void {
  speakLanguage(vscode.env.language, vscode.l10n.bundle);
}
