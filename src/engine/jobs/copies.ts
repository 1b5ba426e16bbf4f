/** Copies among the faces of a run: nearly the same picture, in one file or several. */
import type { FaceTable } from '../../runs/run-columns';
import { readCopies, writeCopies } from '../../runs/copies-file';
import { type StoredRun, writeToRun } from '../../runs/run-store';
import { clusterPictures } from '../../summaries/cluster-pictures';
import { pictureWorkers } from '../threads/worker-pools';
import type { JobContext } from './job-context';

/**
 * The copies among the faces of a run; found, and kept, where they are not known yet.
 * @returns of each face, the face that it is a copy of; itself where it is none.
 */
export async function copiesOf(run: StoredRun, context: JobContext): Promise<Int32Array> {
  const known = await readCopies(run.folder, run.manifest.faces);
  if (known !== undefined) return known;
  const { signal, onProgress } = context;
  const wanted = { eigenfaces: false, montages: false, cards: 0, looks: true };
  const { looks } = await clusterPictures(run.crops, [], wanted, {
    run: pictureWorkers.run,
    threads: pictureWorkers.size,
    signal,
    onProgress: (done, total) => {
      onProgress({ stage: 'copies', done, total, failed: 0 });
    },
  });
  return keepCopies(run, looks!, context);
}

/** @param looks of all faces, in shared memory. */
export async function keepCopies(
  run: StoredRun,
  looks: Uint8Array,
  { signal }: Pick<JobContext, 'signal'>,
): Promise<Int32Array> {
  const order = largestFirst(run.faces);
  const originals = await pictureWorkers.run('copies', { looks, order }, { signal });
  await writeToRun(run, () => writeCopies(run.folder, originals));
  return originals;
}

/** Rows of all faces, the largest first: of copies, that one is shown. */
function largestFirst({ box, imageWidth, imageHeight, image }: FaceTable): Int32Array {
  const areas = Float64Array.from(image, (_, row) => {
    const place = box[row];
    if (place != null) return place.width * place.height;
    return (imageWidth?.[row] ?? 0) * (imageHeight?.[row] ?? 0);
  });
  return Int32Array.from(areas.keys()).sort((a, b) => areas[b]! - areas[a]! || a - b);
}
