/**
 * A compact list of the images found in folders. As objects, a hundred thousand images would take
 * twenty megabytes.
 */
import { join, sep } from 'node:path';

/** Images in order; arrays are one implementation. */
export interface Images extends Iterable<ImageFile> {
  readonly length: number;
  at(index: number): ImageFile | undefined;
}

/** Stores the names as UTF-8, one after the other. */
export class ImageList implements Images {
  private names = Buffer.allocUnsafe(1 << 12);
  /** End of each name in `names`, in bytes. */
  private ends = new Uint32Array(1 << 8);
  /** Index of each image's folder. */
  private folderOf = new Uint16Array(1 << 8);
  /** Images whose paths are not UTF-8, by index. */
  private readonly byRawPath = new Map<number, ImageFile>();
  private count = 0;

  /** Prefixes of the paths, by folder: calling `join` for each path is much slower. */
  private readonly prefixes: readonly string[];

  /** @param folders that were scanned. */
  constructor(private readonly folders: readonly string[]) {
    this.prefixes = folders.map(prefixOf);
  }

  get length(): number {
    return this.count;
  }

  push(image: ImageFile): void {
    const start = this.startOf(this.count);
    const size = Buffer.byteLength(image.name);
    if (start + size > this.names.length) {
      const larger = Buffer.allocUnsafe(Math.max(2 * this.names.length, start + size));
      this.names.copy(larger);
      this.names = larger;
    }
    if (this.count === this.ends.length) {
      this.ends = copyInto(this.ends, new Uint32Array(2 * this.count));
      this.folderOf = copyInto(this.folderOf, new Uint16Array(2 * this.count));
    }
    this.names.write(image.name, start);
    this.ends[this.count] = start + size;
    this.folderOf[this.count] = image.folder;
    if (typeof image.path !== 'string') this.byRawPath.set(this.count, image);
    this.count += 1;
  }

  at(index: number): ImageFile | undefined {
    if (index < 0 || index >= this.count) return undefined;
    const raw = this.byRawPath.get(index);
    if (raw !== undefined) return raw;
    const name = this.names.toString('utf8', this.startOf(index), this.ends[index]);
    const folder = this.folderOf[index]!;
    return {
      folder,
      name,
      path: this.prefixes[folder]! + (sep === '/' ? name : name.replaceAll('/', sep)),
    };
  }

  *[Symbol.iterator](): Generator<ImageFile> {
    for (let i = 0; i < this.count; i++) yield this.at(i)!;
  }

  /** The images at some indices, in the order of these. */
  select(indices: Iterable<number>): ImageList {
    const list = new ImageList(this.folders);
    for (const index of indices) list.push(this.at(index)!);
    return list;
  }

  private startOf(index: number): number {
    return index === 0 ? 0 : this.ends[index - 1]!;
  }
}

/** The path of a folder with a separator at its end, so that a name can be appended. */
export const prefixOf = (folder: string): string => join(folder, 'x').slice(0, -1);

function copyInto<T extends Uint16Array | Uint32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

/** An image found on disk. */
export interface ImageFile {
  /** Index of the scanned folder. */
  folder: number;
  /**
   * Path relative to that folder, with `/` between its parts. Bytes that are not UTF-8 are written
   * as `\xFC`.
   */
  name: string;
  /** Path for the file system. A Buffer where it is not valid UTF-8, which is possible on Linux. */
  path: string | Buffer;
}
