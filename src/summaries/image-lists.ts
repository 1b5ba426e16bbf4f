/** failed.csv and without-face.csv: the images of a run that are in no cluster. */
import { stringify } from 'csv-stringify/sync';
import type { RunManifest } from '../domain/run';
import { forCsvCell } from '../text/neutralize';

type Lists = Pick<RunManifest, 'failures' | 'faceless'>;

/** The images that cannot be used, each with its reason, as CSV. */
export const failedCsv = ({ failures }: Lists): string =>
  stringify(
    failures.map(({ image, reason }) => [forCsvCell(image), forCsvCell(reason)]),
    { header: true, columns: ['image', 'reason'] },
  );

/** The images without a face, as CSV. */
export const withoutFaceCsv = ({ faceless }: Lists): string =>
  stringify(
    faceless.map((image) => [forCsvCell(image)]),
    { header: true, columns: ['image'] },
  );

/** Writes both files. */
export async function writeImageLists(
  write: (name: string, content: string) => Promise<void>,
  lists: Lists,
): Promise<void> {
  await write('failed.csv', failedCsv(lists));
  await write('without-face.csv', withoutFaceCsv(lists));
}
