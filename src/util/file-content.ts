/** Writes new files, whole or in chunks. */
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { csvText } from '../text/csv-text';
import type { OwnFile } from './export-marker';
import { FILE_MODE } from './user-files';

/**
 * The content of a file; of a large one in chunks, which are made as they are written. Each is
 * valid until the next one is requested, which may use the same memory. The text of a CSV file is
 * given a byte order mark if it needs one, but not if it comes in chunks.
 */
export type FileContent = string | Uint8Array | Iterable<Uint8Array>;

/**
 * @param path of a file that does not exist.
 * @returns size and hash of what was written.
 */
export async function writeContent(
  path: string,
  content: FileContent,
): Promise<Pick<OwnFile, 'size' | 'sha256'>> {
  const hash = createHash('sha256');
  let size = 0;
  const file = await open(path, 'wx', FILE_MODE);
  try {
    for (const chunk of chunksOf(path, content)) {
      const writing = file.writeFile(chunk); // another thread writes while this one hashes
      hash.update(chunk);
      size += chunk.length;
      await writing;
    }
  } finally {
    await file.close();
  }
  return { size, sha256: hash.digest('hex') };
}

function chunksOf(path: string, content: FileContent): Iterable<Uint8Array> {
  if (typeof content === 'string')
    return [Buffer.from(path.endsWith('.csv') ? csvText(content) : content)];
  return content instanceof Uint8Array ? [content] : content;
}
