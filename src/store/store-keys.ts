/** Keys of the tables. */
import { hashOf } from '../util/content-hash';
import { HASH_BYTES } from './store-rows';

/** Characters (of up to three bytes each) that fit into a key of LMDB. */
const MAX_KEY_LENGTH = 600;

/** Key of a file: its path, or the hash of a path that is too long or not valid UTF-8. */
export function fileKey(path: string | Uint8Array): string {
  if (typeof path === 'string' && path.length < MAX_KEY_LENGTH) return path;
  return `#${hashOf(typeof path === 'string' ? Buffer.from(path) : path)}`;
}

/** Key of a note. Names of notes may contain paths and be as long. */
export const noteKey = (name: string): string =>
  `note ${name.length < MAX_KEY_LENGTH ? name : `#${hashOf(Buffer.from(name))}`}`;

/** Bytes of the size in the key of a content. Sizes above 256 TiB share one value. */
const SIZE_BYTES = 6;
const MAX_SIZE = 2 ** (8 * SIZE_BYTES) - 1;

/**
 * Key of a content. Binary, because hashes are spread over the whole table, so that a run maps all
 * of its pages: they should be few.
 * @param size of the content, in bytes.
 * @param hash in hexadecimal.
 */
export function contentKey(size: number, hash: string): Buffer {
  const key = Buffer.alloc(SIZE_BYTES + hash.length / 2);
  key.writeUIntBE(Math.min(size, MAX_SIZE), 0, SIZE_BYTES);
  key.write(hash, SIZE_BYTES, 'hex');
  return key;
}

/** Sorts after every hash. */
const AFTER_ALL_HASHES = 'ff'.repeat(HASH_BYTES + 1);

/** Range of the keys of all contents of a size, in bytes. */
export const contentKeyRange = (size: number): { start: Buffer; end: Buffer } => ({
  start: contentKey(size, ''),
  end: contentKey(size, AFTER_ALL_HASHES),
});

/** @returns the hash in a content's key, in hexadecimal; undefined for a damaged key. */
export const hashInKey = (key: Buffer): string | undefined =>
  key.length === SIZE_BYTES + HASH_BYTES ? key.toString('hex', SIZE_BYTES) : undefined;
