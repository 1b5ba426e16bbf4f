/**
 * The pictures of clusters, each with a key of the faces it was made of: so they outlive a
 * correction or another clustering, as far as clusters keep their faces.
 */
import { join } from 'node:path';
import type { ClusterPictures } from '../domain/faces';
import { hashOf } from '../util/content-hash';
import { PICTURES } from './file-names';
import { replaceFile } from './run-files';
import { picturesSchema, readJson, unlessDamaged } from './run-schemas';

/** The rows of a cluster's faces. */
export interface Members {
  cluster: number;
  rows: Int32Array;
}

/**
 * Most characters of the file, which is read as one text: those of some thousand clusters. The
 * pictures of others are made anew.
 */
const MAX_LENGTH = 256e6;

/** @param members of all clusters. */
export async function writePictures(
  folder: string,
  members: readonly Members[],
  pictures: readonly ClusterPictures[],
): Promise<void> {
  const encode = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
  const rowsOf = new Map(members.map(({ cluster, rows }) => [cluster, rows]));
  const texts: string[] = [];
  let length = 0;
  for (const each of pictures) {
    const text = JSON.stringify({
      ...each,
      key: keyOf(rowsOf.get(each.cluster) ?? new Int32Array()),
      eigenface: encode(each.eigenface),
      components: each.components.map(encode),
    });
    length += text.length + 1;
    if (length > MAX_LENGTH) break;
    texts.push(text);
  }
  await replaceFile(join(folder, PICTURES), `[${texts.join(',')}]`);
}

/**
 * The stored pictures of clusters that have the same faces, whatever their ids were.
 * @returns none where the file is damaged.
 */
export async function readPictures(
  folder: string,
  members: readonly Members[],
): Promise<ClusterPictures[]> {
  const stored = picturesSchema.safeParse(await readJson(folder, PICTURES).catch(unlessDamaged));
  const byKey = new Map(stored.data?.map((each) => [each.key, each]));
  if (byKey.size === 0) return [];
  const decode = (base64: string) => new Uint8Array(Buffer.from(base64, 'base64'));
  return members.flatMap(({ cluster, rows }) => {
    const found = byKey.get(keyOf(rows));
    if (found === undefined) return [];
    const { faces, eigenface, components, explained } = found;
    return {
      cluster,
      faces,
      eigenface: decode(eigenface),
      components: components.map(decode),
      explained,
    };
  });
}

function keyOf(rows: Int32Array): string {
  const sorted = rows.slice().sort();
  return hashOf(new Uint8Array(sorted.buffer, sorted.byteOffset, sorted.byteLength));
}
