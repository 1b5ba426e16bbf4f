/**
 * Images found in folders, as few bytes each: of a hundred thousand as objects the engine would
 * hold twenty megabytes.
 */
import { join, sep } from 'node:path';

/** What is asked of images in order; an array is such a list too. */
export interface Images extends Iterable<ImageFile> {
  readonly length: number;
  at(index: number): ImageFile | undefined;
}

/** Names are kept as UTF-8, one after the other. */
export class ImageList implements Images {
  private names = Buffer.allocUnsafe(1 << 12);
  /** End of each name, and the folder it is in. */
  private ends = new Uint32Array(1 << 8);
  private folderOf = new Uint16Array(1 << 8);
  /** Images whose paths are not UTF-8. */
  private readonly raw = new Map<number, ImageFile>();
  private count = 0;

  /**
   * What comes before the names: joining each anew costs more than all else that is done with a
   * path.
   */
  private readonly prefixes: readonly string[];

  /** @param folders what the images were looked for in. */
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
      this.ends = grown(this.ends, new Uint32Array(2 * this.count));
      this.folderOf = grown(this.folderOf, new Uint16Array(2 * this.count));
    }
    this.names.write(image.name, start);
    this.ends[this.count] = start + size;
    this.folderOf[this.count] = image.folder;
    if (typeof image.path !== 'string') this.raw.set(this.count, image);
    this.count += 1;
  }

  at(index: number): ImageFile | undefined {
    if (index < 0 || index >= this.count) return undefined;
    const raw = this.raw.get(index);
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

  /** Those at some indices, in their order. */
  only(indices: Iterable<number>): ImageList {
    const list = new ImageList(this.folders);
    for (const index of indices) list.push(this.at(index)!);
    return list;
  }

  private startOf(index: number): number {
    return index === 0 ? 0 : this.ends[index - 1]!;
  }
}

/** What makes the path of a folder's file when its name is put behind it. */
export const prefixOf = (folder: string): string => join(folder, 'x').slice(0, -1);

function grown<T extends Uint16Array | Uint32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

/** An image found on disk. */
export interface ImageFile {
  /** Index of the folder it was found in, among those that were asked for. */
  folder: number;
  /**
   * Path relative to that folder, `/` between its parts; for people: bytes that are not UTF-8
   * appear as �.
   */
  name: string;
  /**
   * What the operating system is asked with. A Buffer where the path is not valid UTF-8 (possible
   * on Linux).
   */
  path: string | Buffer;
}
