/** Copies the images of clusters into folders, or links them there. */
import type * as vscode from 'vscode';
import type { ClusterSummary } from '../../domain/clustering';
import { COPY_KINDS, COPY_NAMES, type CopyKind } from '../../domain/copies';
import type { EngineCalls } from '../../protocol/engine';
import type { SidecarStyle } from '../../domain/sidecars';
import { upperFirst } from '../../text/letter-case';
import { forName } from '../../text/neutralize';
import { plural } from '../../text/numbers';
import { said } from '../../text/said';
import { t } from '../../text/translate';
import { CancelledError, UserError } from '../../util/errors';
import { sweepTemporaryFolders } from '../../util/temporary-folder';
import { chooseTarget, showFolder } from '../choose-target';
import { ask, pickOne, showInformation, showWarning, withProgress } from '../outlets';
import type { RunSession } from '../runs/run-session';
import { titleOfCluster } from '../titles';
import { reporter, withSignal } from './notification-progress';
import { chooseStyle, sidecarParts } from './write-sidecars';

/** What is copied, and how people call it. */
interface Copied {
  session: RunSession;
  of: EngineCalls['copyImages']['params']['of'];
  title: string;
  /** End of the name of the proposed folder. */
  folder: string;
}

/** Copies the images of a cluster into a folder that the user chooses. */
export async function copyImages({
  session,
  cluster,
}: {
  session: RunSession;
  cluster: ClusterSummary;
}): Promise<void> {
  const title = titleOfCluster(session, cluster);
  await copy({ session, of: cluster.id, title: t('“{0}”', title), folder: title });
}

/** Copies the images of every cluster into a folder of its own. */
export async function copyAllImages(session: RunSession): Promise<void> {
  await session.load();
  if (session.clustering === null) throw new UserError(t('there are no clusters to copy yet'));
  await copy({ session, of: null, title: t('all clusters'), folder: 'clusters' });
}

/** Copies the images of faces that the user selected. */
export async function copyFaces(session: RunSession, rows: readonly number[]): Promise<void> {
  const title = plural(rows.length, 'face');
  await copy({ session, of: { rows }, title, folder: 'selection' });
}

async function copy(copied: Copied): Promise<void> {
  const form = await chooseForm(copied);
  if (form === undefined) return;
  const what = t('the images of {0}', copied.title);
  const texts = { what, name: copied.folder, openLabel: t('Copy Here') };
  const target = await chooseTarget(copied.session.folders[0] ?? '', texts);
  if (target === undefined) return;
  const result = await copyAs(copied, target, form);
  if (result === undefined) return;
  const isComplete = result.failures.length === 0 && (result.sidecars?.kept.length ?? 0) === 0;
  const show = isComplete ? showInformation : showWarning;
  const open = t('Show Folder');
  const report = `${copyReport(result, copied.title)}.`;
  if ((await show(report, open)) === open) await showFolder(target);
}

/** How images come into a folder. */
interface Form {
  as: CopyKind;
  sidecars?: SidecarStyle;
}

const DETAILS = {
  copy: 'files of their own',
  hard: 'further names of the same files, on the same disk: they take no space',
  symbolic: 'links that lead to the photos, as long as these stay where they are',
} as const satisfies Record<CopyKind, string>;

async function chooseForm({ title }: Copied): Promise<Form | undefined> {
  const choice = await pickOne<CopyKind | 'tagged'>(
    [
      ...COPY_KINDS.map((kind) => ({
        label: upperFirst(t(COPY_NAMES[kind])),
        description: t(DETAILS[kind]),
        value: kind,
      })),
      {
        label: t('Copies with names and tags'),
        description: t('an XMP side-car beside each copy, for digiKam or Lightroom'),
        value: 'tagged',
      },
    ],
    { title: t('Put the images of {0} into a folder, as', title) },
  );
  if (choice !== 'tagged') return choice && { as: choice };
  const sidecars = await chooseStyle();
  return sidecars && { as: 'copy', sidecars };
}

type CopyResult = Awaited<ReturnType<RunSession['queries']['copyImages']>> & { as: CopyKind };

/**
 * Copies; where links cannot be made, after asking.
 * @returns undefined where the user cancelled.
 */
async function copyAs(
  copied: Copied,
  target: vscode.Uri,
  form: Form,
): Promise<CopyResult | undefined> {
  const { session, of, title } = copied;
  const params = { of, outDir: target.fsPath, ...form };
  try {
    const result = await withProgress(
      t('Images of {0}: {1}', title, t(COPY_NAMES[form.as])),
      'notification',
      (report, token) =>
        withSignal(token, (signal) =>
          session.queries.copyImages(params, { signal, onProgress: reporter(report) }),
        ),
    );
    if (result.refused === undefined) return { ...result, as: form.as };
    const instead = t('Copy Instead');
    const answer = await ask('warning', `${upperFirst(said(result.refused))}.`, t(DETAIL), instead);
    return answer === instead ? await copyAs(copied, target, { as: 'copy' }) : undefined;
  } catch (error) {
    await sweepTemporaryFolders(target.fsPath); // left behind if the engine was killed
    if (!(error instanceof CancelledError)) throw error;
    void showInformation(
      t("Copying cancelled; what was copied is in '{0}'.", forName(target.fsPath)),
    );
    return undefined;
  }
}

const DETAIL = 'Copies take space of their own, and can be made anywhere.';

function copyReport(
  { copied, there, outdated = 0, failures, folder, as, sidecars }: CopyResult,
  title: string,
): string {
  const parts = [
    as === 'copy'
      ? t("{0} of {1} copied to '{2}'", plural(copied, 'image'), title, forName(folder))
      : t("{0} of {1} linked in '{2}'", plural(copied, 'image'), title, forName(folder)),
  ];
  if (there > 0) parts.push(plural(there, 'was there already', 'were there already'));
  if (outdated > 0)
    parts.push(
      plural(
        outdated,
        'of an earlier copy stayed in another folder',
        'of an earlier copy stayed in other folders',
      ),
    );
  if (sidecars !== undefined) parts.push(...sidecarParts(sidecars));
  const [first] = failures;
  if (first !== undefined)
    parts.push(
      t(
        as === 'copy'
          ? "{0} could not be copied; the first, '{1}': {2}"
          : "{0} could not be linked; the first, '{1}': {2}",
        failures.length,
        forName(first.image),
        said(first.reason),
      ),
    );
  return parts.join('. ');
}
