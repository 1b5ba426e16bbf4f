/** Copies image files into a folder, or links them there. Nothing is ever replaced. */
import { type BigIntStats, constants } from 'node:fs';
import {
  chmod,
  type FileHandle,
  link,
  open,
  realpath,
  rm,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { basename, join, parse, sep } from 'node:path';
import { type EntryPlace, entryPlace } from '../../archives/archive-path';
import { readEntry } from '../../archives/read-entry';
import type { CopyKind } from '../../domain/copies';
import { t } from '../../text/translate';
import { codeOf } from '../../util/errors';
import { FILE_MODE, openRegular, publishNew, statOf } from '../../util/user-files';

/** Bytes that are copied or compared at a time. */
const CHUNK_BYTES = 1 << 18;

/** Links cannot be made in a folder; the message says why, for people. */
export class LinksRefused extends Error {}

export interface AddedImage {
  kind: 'copied' | 'there';
  /** Its name in the folder. */
  name: string | Buffer;
}

/** Where images are copied to. */
interface CopyTarget {
  /** An existing folder; its path has no links. */
  folder: string;
  /** An unused path in the same file system. */
  temporary: string;
  as: CopyKind;
  /** Maximum size of an entry of an archive. */
  maxBytes: number;
}

/** Copies or links images into one folder. */
export class ImageCopier {
  /** Sizes of the files in the folder, by name: thousands of images may have the same name. */
  private readonly sizes = new Map<string, bigint | null>();

  private readonly folder: string;
  private readonly temporary: string;

  constructor(
    private readonly target: CopyTarget,
    private readonly signal: AbortSignal,
  ) {
    ({ folder: this.folder, temporary: this.temporary } = target);
  }

  /**
   * Copies an image under its own name, else as `name (2)` and so on.
   * @returns 'there' if a file of one of these names has the same content.
   * @throws LinksRefused, a system error, or the reason of `signal`; nothing is left behind then.
   */
  async add(path: string | Buffer): Promise<AddedImage> {
    const entry = entryPlace(path);
    if (entry !== undefined) {
      if (this.target.as === 'copy') return this.addEntry(entry);
      throw new LinksRefused(t('an image in an archive is no file that a link could lead to'));
    }
    try {
      return await this.addAs(baseName(path), path);
    } catch (error) {
      // Some file systems refuse names that are not UTF-8.
      if (typeof path === 'string' || !['EILSEQ', 'EINVAL'].includes(codeOf(error) ?? ''))
        throw error;
      return this.addAs(baseName(path.toString()), path);
    }
  }

  private async addEntry(entry: EntryPlace): Promise<AddedImage> {
    const unpacked = `${this.temporary}-unpacked`;
    try {
      const bytes = await readEntry(entry, this.target.maxBytes, { ahead: true });
      const { mode, atime, mtime } = entry.stats;
      await writeFile(unpacked, bytes, { flag: 'wx', mode: FILE_MODE });
      await chmod(unpacked, mode & 0o777).catch(ignoreMissingModes);
      await utimes(unpacked, atime, mtime);
      return await this.addAs(basename(entry.name), unpacked);
    } finally {
      await rm(unpacked, { force: true });
    }
  }

  private async addAs(name: string | Buffer, path: string | Buffer): Promise<AddedImage> {
    // Without O_NONBLOCK, opening a pipe would wait for its writer.
    const source = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stats = await source.stat({ bigint: true });
      if (!stats.isFile()) throw new Error(t('it is no longer a regular file'));
      let isCopied = false;
      for (let number = 1; ;) {
        const own = numberedName(name, number);
        const target = joinName(this.folder, own);
        const key = typeof target === 'string' ? target : target.toString('latin1');
        const size = this.sizes.has(key) ? this.sizes.get(key) : await sizeOf(target);
        if (size !== undefined) {
          this.sizes.set(key, size);
          if (size === stats.size && (await haveSameContent(source, target)))
            return { kind: 'there', name: own };
          if (size === null && this.target.as === 'symbolic' && (await leadsTo(target, path)))
            return { kind: 'there', name: own };
          number += 1;
          continue;
        }
        if (!isCopied && this.target.as === 'copy') await this.copy(source, stats);
        isCopied = true;
        if (await this.publish(path, target)) {
          this.sizes.set(key, this.target.as === 'symbolic' ? null : stats.size);
          return { kind: 'copied', name: own };
        } // else another program was faster, and its file is compared
      }
    } finally {
      await source.close();
      await rm(this.temporary, { force: true });
    }
  }

  /** @returns false if there is something already. */
  private async publish(path: string | Buffer, target: string | Buffer): Promise<boolean> {
    const { as } = this.target;
    if (as === 'copy') return publishNew(this.temporary, target);
    try {
      // A link to what is a link itself would lead nowhere once that is gone.
      const real = await realpath(path, { encoding: 'buffer' });
      const source = isText(real) ? real.toString() : real;
      await (as === 'hard' ? link(source, target) : symlink(source, target, 'file'));
      return true;
    } catch (error) {
      const code = codeOf(error) ?? '';
      if (code === 'EEXIST') return false;
      if (CANNOT_LINK.has(code)) throw new LinksRefused(linkReason(code), { cause: error });
      throw error;
    }
  }

  /** Unlike `fs.copyFile`, it can be cancelled in the middle of a large file. */
  private async copy(
    source: FileHandle,
    { mode, atimeNs, mtimeNs, size }: BigIntStats,
  ): Promise<void> {
    const copy = await open(this.temporary, 'wx', FILE_MODE);
    try {
      const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
      // The size is fixed, even if the file grows meanwhile.
      for (let at = 0; at < size;) {
        this.signal.throwIfAborted();
        const { bytesRead } = await source.read(
          chunk,
          0,
          Math.min(CHUNK_BYTES, Number(size) - at),
          at,
        );
        if (bytesRead === 0) break; // it was truncated meanwhile
        for (let from = 0; from < bytesRead;)
          from += (await copy.write(chunk, from, bytesRead - from)).bytesWritten;
        at += bytesRead;
      }
      await copy.chmod(Number(mode & 0o777n)).catch(ignoreMissingModes);
      await copy.utimes(Number(atimeNs) / 1e9, Number(mtimeNs) / 1e9); // photos are sorted by them
    } finally {
      await copy.close();
    }
  }
}

/** Codes of file systems and systems that refuse links, whatever the image. */
const CANNOT_LINK: ReadonlySet<string> = new Set([
  'EXDEV', 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'UNKNOWN',
]); // prettier-ignore

const linkReason = (code: string): string =>
  code === 'EXDEV'
    ? t('the folder is on another file system than the images (EXDEV)')
    : t('the file system or the operating system refuses them ({0})', code);

const isText = (bytes: Buffer): boolean => Buffer.from(bytes.toString()).equals(bytes);

/** Whether a symbolic link leads to a file. */
async function leadsTo(target: string | Buffer, path: string | Buffer): Promise<boolean> {
  try {
    const real = await Promise.all(
      [target, path].map((each) => realpath(each, { encoding: 'buffer' })),
    );
    return real[0]!.equals(real[1]!);
  } catch {
    return false; // it leads nowhere
  }
}

/** Some file systems have no permissions, or not all of them. */
function ignoreMissingModes(error: unknown): void {
  if (!['EPERM', 'ENOTSUP', 'ENOSYS', 'EINVAL'].includes(codeOf(error) ?? '')) throw error;
}

/** Size of the file at a path; null if it is not a regular file; undefined if there is nothing. */
async function sizeOf(path: string | Buffer): Promise<bigint | null | undefined> {
  const stats = await statOf(path);
  if (stats === undefined) return undefined;
  return stats.isFile() ? stats.size : null;
}

function baseName(path: string | Buffer): string | Buffer {
  if (typeof path === 'string') return basename(path);
  return path.subarray(path.lastIndexOf('/') + 1); // on Windows, paths are strings
}

export function joinName(folder: string, name: string | Buffer): string | Buffer {
  if (typeof name === 'string') return join(folder, name);
  return Buffer.concat([Buffer.from(`${folder}${sep}`), name]);
}

/** Maximum length of a file name: in bytes on Linux, in UTF-16 code units elsewhere. */
const MAX_NAME_LENGTH = 255;

/** `name (2).jpg`; the name is truncated where the number would make it too long. */
export function numberedName(name: string | Buffer, number: number): string | Buffer {
  if (number === 1) return name;
  // In latin1, each byte is one character.
  if (typeof name !== 'string')
    return Buffer.from(
      numbered(name.toString('latin1'), number, (text) => text.length),
      'latin1',
    );
  const isLinux = process.platform === 'linux';
  return numbered(name, number, (text) => (isLinux ? Buffer.byteLength(text) : text.length));
}

function numbered(text: string, number: number, lengthOf: (text: string) => number): string {
  const { name, ext } = parse(text);
  const end = ` (${number})${ext}`;
  const stem = Array.from(name); // by code points
  while (stem.length > 0 && lengthOf(stem.join('')) + lengthOf(end) > MAX_NAME_LENGTH) stem.pop();
  return stem.join('') + end;
}

async function haveSameContent(one: FileHandle, path: string | Buffer): Promise<boolean> {
  const other = await openRegular(path);
  if (other === undefined) return false;
  try {
    const [{ size, dev, ino }, found] = await Promise.all([one.stat(), other.stat()]);
    if (size !== found.size) return false;
    if (ino !== 0 && dev === found.dev && ino === found.ino) return true;
    const [a, b] = [Buffer.alloc(CHUNK_BYTES), Buffer.alloc(CHUNK_BYTES)];
    for (let at = 0; at < size; at += CHUNK_BYTES) {
      const [{ bytesRead: read }, { bytesRead }] = await Promise.all([
        one.read(a, 0, CHUNK_BYTES, at),
        other.read(b, 0, CHUNK_BYTES, at),
      ]);
      if (read !== bytesRead || !a.subarray(0, read).equals(b.subarray(0, read))) return false;
    }
    return true;
  } finally {
    await other.close();
  }
}
