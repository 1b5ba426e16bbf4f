/** Workspace trust. */
import * as vscode from 'vscode';
import { t } from '../text/translate';
import { showWarning } from './outlets';

/** Whether the user trusts the workspace. Until then nothing starts without a request. */
export const isTrusted = (): boolean => vscode.workspace.isTrusted;

/** Opens the page of VS Code on which the user can trust the workspace. */
export async function manageTrust(): Promise<void> {
  await vscode.commands.executeCommand('workbench.trust.manage');
}

/**
 * Whether an action that requires trust may start. If not, shows the reason with a button that
 * opens the page for trust.
 * @param what beginning of the sentence that ends with 'only in a workspace that you trust'.
 */
export async function hasTrustFor(what: string): Promise<boolean> {
  if (isTrusted()) return true;
  const manage = t('Manage Workspace Trust');
  const answer = await showWarning(
    t('Face Clusters: {0} only in a workspace that you trust.', what),
    manage,
  );
  if (answer === manage) await manageTrust();
  return false;
}
