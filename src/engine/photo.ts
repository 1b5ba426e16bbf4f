/** The photo a face was found in, with all its faces. */
import { UserError } from '../errors';
import { decodePixels, ImageError, readImage } from '../faces/decode';
import { sharp } from '../lazy-sharp';
import type { EngineCalls } from '../protocol';
import { membersOf, readClustering, silhouetteOfFace } from '../store/run-files';
import { imagePath, type StoredRun } from '../store/run-store';
import { openRun } from './runs';

/** Longest side of the photo as it is shown, in pixels. */
const SHOWN = 1600;

/** @throws UserError where the photo is gone or cannot be read any more. */
export async function photo({ runDir, row }: EngineCalls['photo']['params']): Promise<EngineCalls['photo']['result']> {
  const run = await openRun(runDir);
  const { faces, manifest, probabilities } = run;
  const image = faces.image[row];
  if (image === undefined) throw new RangeError(`expected a face below ${manifest.faces}, got ${row}`);
  const standing = await standings(run);
  const width = manifest.modelAttributes.length;
  // Faces of an image stand one after the other.
  const same = (other: number) => faces.image[other] === image && faces.folder[other] === faces.folder[row];
  let first = row;
  while (first > 0 && same(first - 1)) first -= 1;
  const rows: number[] = [];
  for (let other = first; same(other); other++) rows.push(other);

  try {
    const encoded = await readImage({ path: imagePath(run, row) });
    const pixels = await decodePixels(encoded, SHOWN);
    const jpeg = await sharp(pixels.data, { raw: { width: pixels.width, height: pixels.height, channels: 3 } })
      .jpeg({ quality: 86 })
      .toBuffer();
    return {
      image,
      jpeg,
      width: encoded.width,
      height: encoded.height,
      faces: rows.map((other) => ({
        row: other,
        ...standing(other),
        box: faces.box[other] ?? null,
        score: faces.score[other] ?? null,
        probabilities: Array.from(probabilities.subarray(other * width, (other + 1) * width)),
      })),
    };
  } catch (error) {
    if (error instanceof ImageError) throw new UserError(`'${image}': ${error.message}`, { cause: error });
    throw error;
  }
}

/** Cluster and silhouette of the faces at some rows. */
async function standings({ folder }: StoredRun): Promise<(row: number) => { cluster: number | null; silhouette: number | null }> {
  const stored = await readClustering(folder);
  if (stored === undefined) return () => ({ cluster: null, silhouette: null });
  return (row) => {
    const position = stored.clustering.clusters.findIndex((_, i) => membersOf(stored, i).includes(row));
    return { cluster: stored.clustering.clusters[position]?.id ?? null, silhouette: silhouetteOfFace(stored, row) };
  };
}
