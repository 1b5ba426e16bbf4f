/** Who is in the images of a data set, so that all images of a person belong to one partition. */
import { findIdentities } from './find-tables';
import { finderByName, pathParts } from './image-names';
import { eachLine } from './lines';
import type { Labels } from './open-labels';
import { originalNames } from './original-names';
import { tablePieces } from './table-pieces';

/**
 * The person in the image of each row, by a column of the table or CelebA's table of identities.
 * Empty where neither tells.
 * @throws UserError where the table of identities cannot be read; the signal's reason.
 */
export async function peopleOf(labels: Labels, signal?: AbortSignal): Promise<string[]> {
  if (labels.people !== undefined) return labels.people;
  const identities = findIdentities(labels.path);
  if (identities === undefined) return labels.images.map(() => '');
  const read = await readIdentities(identities, signal);
  const names = labels.images.map(await originalNames(labels.folder, signal));
  const identityOf = finderByName(read, names);
  return names.map((name) => identityOf(name) ?? '');
}

async function readIdentities(file: string, signal?: AbortSignal): Promise<Map<string, string>> {
  const identities = new Map<string, string>();
  await eachLine(tablePieces(file, 'identities', signal), (bytes, start, end) => {
    // The name may have spaces.
    const found = /^(.*[^\s,])[\s,]+([^\s,]+)$/.exec(bytes.toString('utf8', start, end).trim());
    if (found !== null) identities.set(found[1]!, found[2]!);
    return true;
  });
  return identities;
}

/**
 * The person by the path of an image, where the file's name begins with that of its folder, as in
 * LFW: `Al_Gore/Al_Gore_0001.jpg`. Empty for others.
 */
export function personByFolder(name: string): string {
  const [folder, file] = pathParts(name).slice(-2);
  return folder !== undefined && file?.startsWith(`${folder}_`) === true ? folder : '';
}
