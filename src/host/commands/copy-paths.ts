/** Copies the paths of the images of a cluster. */
import * as vscode from 'vscode';
import { forName } from '../../text/neutralize';
import { plural } from '../../text/numbers';
import { t } from '../../text/translate';
import { showInStatusBar, showWarning } from '../outlets';
import type { ClusterTarget } from './targets';
import { titleOfCluster } from '../titles';

/**
 * Characters that a line of text cannot hold: line breaks, which would split a path in two; control
 * characters, which act on a terminal they are pasted into; and replacement characters for bytes
 * that are not text, which name no existing file.
 */
const NOT_IN_A_LINE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\uFFFD]/u;

/**
 * Copies the paths of the images of a cluster to the clipboard, one per line. Paths that do not fit
 * into a line are left out, with a warning.
 */
export async function copyPaths({ session, cluster }: ClusterTarget): Promise<void> {
  const all = await session.queries.clusterPaths(cluster.id);
  const paths = all.filter((path) => !NOT_IN_A_LINE.test(path));
  const leftOut = all.filter((path) => NOT_IN_A_LINE.test(path));
  if (paths.length > 0) await vscode.env.clipboard.writeText(`${paths.join('\n')}\n`);
  const [first] = leftOut;
  const copied = t(
    '{0} of “{1}” copied to the clipboard',
    plural(paths.length, 'path'),
    titleOfCluster(session, cluster),
  );
  if (first === undefined) {
    showInStatusBar(copied, 5000);
    return;
  }
  void showWarning(
    t(
      "{0}. {1} left out because of line breaks, control characters or bytes that are not text; the first is '{2}'.",
      paths.length === 0 ? t('Nothing was copied to the clipboard') : copied,
      plural(leftOut.length, 'path was', 'paths were'),
      forName(first),
    ),
  );
}
