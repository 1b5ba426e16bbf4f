/** A part of the faces of a run, from which its pictures are made sooner. */
import type { CropReader } from '../runs/crop-reader';
import type { Members } from '../runs/pictures-file';

/**
 * The members in whole strips, evenly spread over the run, that together hold about `faces` faces:
 * the time of pictures goes into decoding strips. Clusters without a face there are left out.
 */
export function sampleMembers(
  members: readonly Members[],
  crops: CropReader,
  faces: number,
): Members[] {
  const step = Math.max(1, Math.ceil(crops.count / faces));
  return members
    .map(({ cluster, rows }) => ({
      cluster,
      rows: rows.filter((row) => crops.stripOf(row) % step === 0),
    }))
    .filter(({ rows }) => rows.length > 0);
}
