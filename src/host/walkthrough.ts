/** Ticks steps of the walkthrough in package.json. */
import * as vscode from 'vscode';
import { SECTION } from './settings/configuration';

const done = new Set<string>();

/** @param key the context key of a step that the user has just done. */
export function learned(key: 'hasLooked' | 'hasAsked'): void {
  if (done.has(key)) return;
  done.add(key);
  void vscode.commands.executeCommand('setContext', `${SECTION}.${key}`, true);
}
