/** Tables as text: plain or gzipped, with or without a byte order mark. */
import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { codeOf, messageOf, UserError } from '../errors';

/**
 * @param what the file is, for messages: 'labels'.
 * @throws UserError where it cannot be read.
 */
export async function readText(file: string, what: string): Promise<string> {
  try {
    const bytes = await readFile(file);
    const plain = bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes;
    return plain.toString('utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    const reason = codeOf(error) === 'ENOENT' ? 'it does not exist' : messageOf(error);
    throw new UserError(`cannot read the ${what} '${file}': ${reason}`, { cause: error });
  }
}
