/** The images of a run as they were when it was made, to determine later what has changed. */
import type { Images, ImageFile } from '../images/image-list';
import type { FileIdentity, Identities } from '../store/identity';
import { IMAGES } from './file-names';
import { checkImages } from './run-columns';
import { DamagedRun, readJson } from './run-schemas';

/**
 * A row of images.json. Its identity is null where the file was not accessible, and incomplete in
 * older runs.
 */
export type ImageRow = [
  folder: number,
  name: string,
  size: number | null,
  modified: number | null,
  changed?: number,
  inode?: number,
];

export const toImageRow = (
  { folder, name }: ImageFile,
  identity: FileIdentity | undefined,
): ImageRow =>
  identity === undefined
    ? [folder, name, null, null]
    : [folder, name, identity.size, identity.modified, identity.changed, identity.inode];

export function* toImageRows(images: Images, identities: Identities): Generator<ImageRow> {
  let i = 0;
  for (const image of images) yield toImageRow(image, identities.get(i++));
}

/**
 * The images of a run; undefined for runs of older versions, which did not store them.
 * @throws DamagedRun.
 */
export async function readImageRows(folder: string): Promise<ImageRow[] | undefined> {
  const images = await readJson(folder, IMAGES);
  if (images === undefined) return undefined;
  const damage = checkImages(images);
  if (damage !== undefined) throw new DamagedRun(folder, IMAGES, damage);
  return images as ImageRow[];
}
