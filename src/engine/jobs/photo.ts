/** Renders the photo in which a face was found, with all of its faces. */
import { access } from 'node:fs/promises';
import { entryPlace } from '../../archives/archive-path';
import { analysisSettingsSchema } from '../../domain/settings';
import { imageLimits } from '../../images/image-limits';
import type { EngineCalls } from '../../protocol/engine';
import {
  clusterLabels,
  readClustering,
  silhouetteOfFace,
  type StoredClustering,
} from '../../runs/run-files';
import { imagePath, type StoredRun } from '../../runs/run-store';
import { shortPath } from '../../text/short-path';
import { t } from '../../text/translate';
import { UserError } from '../../util/errors';
import { presentProbabilities } from '../clustering/present-probabilities';
import { type OpenRun, openRun } from '../open-runs';
import { renderPhotoSafely } from '../render-images';
import { isPresent } from './face-rows';
import type { JobContext } from './job-context';

/** Maximum side of the rendered photo, in pixels. */
const SHOWN_SIDE = 1600;

/** @throws UserError where the photo cannot be read any more; CancelledError. */
export async function photo(
  { runDir, row }: EngineCalls['photo']['params'],
  { signal }: JobContext,
): Promise<EngineCalls['photo']['result']> {
  const run = await openRun(runDir);
  const { faces, manifest, probabilities } = run;
  const image = faces.image[row];
  if (image === undefined)
    throw new RangeError(`expected a face below ${manifest.faces}, got ${row}`);
  const stored = await readClustering(run.folder);
  const assignmentOf = assignments(stored);
  const width = manifest.modelAttributes.length;
  // The rows of the faces of an image are adjacent.
  const same = (other: number) =>
    faces.image[other] === image && faces.folder[other] === faces.folder[row];
  let first = row;
  while (first > 0 && same(first - 1)) first -= 1;
  const rows: number[] = [];
  for (let other = first; same(other); other++) rows.push(other);

  const limits = imageLimits(analysisSettingsSchema.parse(manifest.settings));
  const shown = await renderPhotoSafely(imagePath(run, row), SHOWN_SIDE, { limits, signal });
  if ('reason' in shown) {
    await assertHere(run, row);
    throw new UserError(t("'{0}': {1}", image, shown.reason));
  }
  return {
    image,
    ...shown,
    faces: rows.map((other) => ({
      row: other,
      ...assignmentOf(other),
      box: faces.box[other] ?? null,
      score: faces.score[other] ?? null,
      probabilities: Array.from(probabilities.subarray(other * width, (other + 1) * width)),
      present: presentOf(run, stored, other),
      marked: markedColumns(run, other),
    })),
  };
}

/**
 * The photos of a run that was opened from a file may be elsewhere.
 * @throws UserError where that of a face is.
 */
export async function assertHere(run: StoredRun, row: number): Promise<void> {
  if (run.manifest.file === undefined) return;
  const path = imagePath(run, row);
  if (entryPlace(path) !== undefined) return; // whoever reads it says what is wrong
  const isHere = await access(path).then(
    () => true,
    () => false,
  );
  if (!isHere)
    throw new UserError(
      t(
        "the photo is not on this machine (expected '{0}'); its faces are in the file that was opened",
        shortPath(String(path)),
      ),
    );
}

function markedColumns({ corrections, manifest }: OpenRun, row: number): number[] {
  return manifest.modelAttributes.flatMap((name, column) =>
    corrections.attributes.get(name)?.has(row) === true ? [column] : [],
  );
}

/** Whether each attribute of a face counts as present, as in the clustering. */
export function presentOf(
  { probabilities, manifest }: Pick<OpenRun, 'probabilities' | 'manifest'>,
  stored: StoredClustering | undefined,
  row: number,
): boolean[] {
  const { modelAttributes: names, thresholds, groups } = manifest;
  const own = probabilities.slice(row * names.length, (row + 1) * names.length);
  const settings = stored?.clustering.settings ?? { thresholds: 'half', features: 'binary' };
  const present = presentProbabilities({ probabilities: own, names, thresholds, groups }, settings);
  return Array.from(present.probabilities, isPresent);
}

/** Returns a function that gives the cluster and the silhouette of the face at a row. */
function assignments(
  stored: StoredClustering | undefined,
): (row: number) => { cluster: number | null; silhouette: number | null } {
  if (stored === undefined) return () => ({ cluster: null, silhouette: null });
  const labels = clusterLabels(stored);
  return (row) => ({ cluster: labels[row] ?? null, silhouette: silhouetteOfFace(stored, row) });
}
