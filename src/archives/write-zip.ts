/** Writes a .zip file. */
import { createReadStream, createWriteStream, type ReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { ZipFile } from 'yazl';

/** What is packed under a name: bytes, or a file. */
export interface Packed {
  name: string;
  content: Uint8Array | { path: string };
  /** Whether it gets smaller by being compressed. */
  compress: boolean;
}

/** Permissions of the entries, for programs that unpack them: of regular files, for their owner. */
const MODE = 0o100600;

/**
 * Writes a new file, and waits until it is on the disk.
 * @param mode its permissions.
 * @returns its size, in bytes.
 * @throws also the signal's reason. The file may be there then, incomplete.
 */
export async function writeZip(
  path: string,
  entries: readonly Packed[],
  { mode, signal }: { mode: number; signal: AbortSignal },
): Promise<number> {
  const zip = new ZipFile();
  const opened: ReadStream[] = [];
  const failed = new Promise<never>((_, reject) => {
    zip.on('error', reject); // of a file that cannot be read
  });
  for (const { name, content, compress } of entries) {
    const options = { compress, mode: MODE };
    if (content instanceof Uint8Array) zip.addBuffer(Buffer.from(content), name, options);
    else
      zip.addReadStreamLazy(name, options, (give) => {
        const file = createReadStream(content.path);
        opened.push(file);
        give(null, file);
      });
  }
  zip.end();
  const target = createWriteStream(path, { flags: 'wx', mode });
  await Promise.race([pipeline(zip.outputStream, target, { signal }), failed]).finally(() => {
    target.destroy();
    for (const file of opened) file.destroy(); // yazl does not
  });
  const file = await open(path, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
  return (await stat(path)).size;
}
