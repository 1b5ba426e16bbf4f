/** What is done, and what waits, in a workspace that is not trusted. */
import * as vscode from 'vscode';
import { showWarning } from './outlets';

/** Whether the user trusts the workspace: until then nothing starts that was not asked for. */
export const isTrusted = (): boolean => vscode.workspace.isTrusted;

/** Shows VS Code's own page on which a workspace is trusted. */
export async function manageTrust(): Promise<void> {
  await vscode.commands.executeCommand('workbench.trust.manage');
}

/**
 * Whether something may be done that needs trust; where not, says so and offers the way out.
 * @param what the beginning of a sentence: 'A network of the workspace can be used'.
 */
export async function hasTrustFor(what: string): Promise<boolean> {
  if (isTrusted()) return true;
  const manage = 'Manage Workspace Trust';
  const answer = await showWarning(
    `Face Clusters: ${what} only in a workspace that you trust.`,
    manage,
  );
  if (answer === manage) await manageTrust();
  return false;
}
