/** Writes names and tags of all images of a run as XMP side-cars. */
import { basename } from 'node:path';
import type * as vscode from 'vscode';
import { SIDECAR_EXAMPLES, type SidecarCounts, type SidecarStyle } from '../../domain/sidecars';
import { forName } from '../../text/neutralize';
import { plural } from '../../text/numbers';
import { said } from '../../text/said';
import { t } from '../../text/translate';
import { CancelledError, UserError } from '../../util/errors';
import { sweepTemporaryFolders } from '../../util/temporary-folder';
import { chooseTarget, showFolder } from '../choose-target';
import { ask, pickOne, showInformation, showWarning, withProgress } from '../outlets';
import type { RunSession } from '../runs/run-session';
import { reporter, withSignal } from './notification-progress';

export async function writeSidecars(session: RunSession): Promise<void> {
  await session.load();
  if (session.clustering === null)
    throw new UserError(t('there are no clusters to write names of'));
  const style = await chooseStyle();
  if (style === undefined) return;
  const texts = { what: t('the XMP side-cars'), name: 'XMP', openLabel: t('Write Here') };
  const target = await chooseTarget(session.folders[0] ?? '', texts, [
    {
      label: t('Beside each photo'),
      description: t('where digiKam and Lightroom read them; existing ones stay as they are'),
      value: 'photos',
    },
  ]);
  if (target === undefined || (target === 'photos' && !(await confirmPhotos(session)))) return;
  await write(session, target === 'photos' ? null : target, style);
}

const PROGRAMS: Record<SidecarStyle, string> = {
  digikam: 'digiKam, darktable',
  lightroom: 'Lightroom, Bridge',
};

/** @returns undefined where the user cancels. */
export const chooseStyle = (): Promise<SidecarStyle | undefined> =>
  pickOne(
    (['digikam', 'lightroom'] as const).map((style) => ({
      label: SIDECAR_EXAMPLES[style],
      description: PROGRAMS[style],
      value: style,
    })),
    { title: t('How are XMP side-cars named?') },
  );

async function confirmPhotos({ folders, manifest }: RunSession): Promise<boolean> {
  const images = (manifest?.images.read ?? 0) - (manifest?.images.withoutFace ?? 0);
  const button = t('Write Beside the Photos');
  const answer = await ask(
    'warning',
    t("Write {0} into '{1}'?", plural(images, 'file'), forName(basename(folders[0] ?? ''))),
    t(
      'Each image with a face gets an .xmp file beside it. No photo is changed, and no file is replaced.',
    ),
    button,
  );
  return answer === button;
}

/** @param target null for beside the photos. */
async function write(
  session: RunSession,
  target: vscode.Uri | null,
  style: SidecarStyle,
): Promise<void> {
  const outDir = target?.fsPath ?? null;
  try {
    const result = await withProgress(t('XMP side-cars'), 'notification', (report, token) =>
      withSignal(token, (signal) =>
        session.queries.writeSidecars({ outDir, style }, { signal, onProgress: reporter(report) }),
      ),
    );
    const parts = sidecarParts(result);
    const [first] = result.failures;
    if (first !== undefined)
      parts.push(
        t(
          "{0} left out; the first, '{1}': {2}",
          plural(result.failures.length, 'image'),
          forName(first.image),
          said(first.reason),
        ),
      );
    const show = first === undefined && result.kept.length === 0 ? showInformation : showWarning;
    const actions = target === null ? [] : [t('Show Folder')];
    const answer = await show(`${parts.join('. ')}.`, ...actions);
    if (answer !== undefined && target !== null) await showFolder(target);
  } catch (error) {
    // left behind if the engine was killed
    if (outDir !== null) await sweepTemporaryFolders(outDir);
    if (!(error instanceof CancelledError)) throw error;
    void showInformation(t('Writing cancelled; the side-cars that were written stay.'));
  }
}

/** What became of side-cars, for people. */
export function sidecarParts({ written, there, kept }: SidecarCounts): string[] {
  const [first] = kept;
  return [
    t('{0} written', plural(written, 'XMP side-car')),
    ...(there === 0
      ? []
      : [t('{0} there already', plural(there, 'side-car was', 'side-cars were'))]),
    ...(first === undefined
      ? []
      : [
          t(
            "{0} of other programs kept as they are, the first '{1}'",
            plural(kept.length, 'side-car'),
            forName(basename(first)),
          ),
        ]),
  ];
}
