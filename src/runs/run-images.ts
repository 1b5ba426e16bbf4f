/** The images of a run as they were when it was made, to determine later what has changed. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Images, ImageFile } from '../images/image-list';
import type { FileIdentity, Identities } from '../store/identity';
import { codeOf } from '../util/errors';
import { IMAGES } from './file-names';
import { checkImages } from './run-columns';
import { DamagedRun, parseJson } from './run-schemas';

/**
 * A row of images.json. Its identity is null where the file was not accessible, and incomplete in
 * older runs.
 */
export type KeptImage = [
  folder: number,
  name: string,
  size: number | null,
  modified: number | null,
  changed?: number,
  inode?: number,
];

export const keptImage = (
  { folder, name }: ImageFile,
  identity: FileIdentity | undefined,
): KeptImage =>
  identity === undefined
    ? [folder, name, null, null]
    : [folder, name, identity.size, identity.modified, identity.changed, identity.inode];

export function* keptImages(images: Images, identities: Identities): Generator<KeptImage> {
  let i = 0;
  for (const image of images) yield keptImage(image, identities.get(i++));
}

/**
 * The images of a run; undefined for runs of older versions, which did not store them.
 * @throws DamagedRun.
 */
export async function readImages(folder: string): Promise<KeptImage[] | undefined> {
  let text: string;
  try {
    text = await readFile(join(folder, IMAGES), 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
  const images = parseJson(folder, IMAGES, text);
  const damage = checkImages(images);
  if (damage !== undefined) throw new DamagedRun(folder, IMAGES, damage);
  return images as KeptImage[];
}
