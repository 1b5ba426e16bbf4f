/** Reads the directories of a TIFF structure (TIFF 6.0), which raw files and Exif data share. */

/** Types of values by their number, with their size in bytes: only whole numbers are read. */
const WHOLE_NUMBERS: Readonly<Record<number, number>> = { 1: 1, 3: 2, 4: 4, 13: 4 };
const ENTRY_BYTES = 12;
/** Tag of a directory's subdirectories. */
const SUBDIRECTORIES = 330;
/** Directories that are read, at most; cameras write fewer than ten. */
const MAX_DIRECTORIES = 64;
/** Entries of a directory, and values of an entry, that are read, at most. */
const MAX_ENTRIES = 1000;
const MAX_VALUES = 10_000;

/** Whole numbers by tag; values of other types are left out. */
export type Directory = ReadonlyMap<number, readonly number[]>;

/**
 * @param bytes begin with the byte order; the number that follows is not checked, as cameras have
 * their own.
 * @returns the directories, each followed by its subdirectories; those that are not inside the
 * bytes are left out.
 */
export function tiffDirectories(bytes: Buffer): Directory[] {
  const order = bytes.toString('latin1', 0, 2);
  if ((order !== 'II' && order !== 'MM') || bytes.length < 8) return [];
  const reader = new TiffReader(bytes, order === 'II');
  const found: Directory[] = [];
  const seen = new Set<number>();
  const waiting = [reader.uint(4, 4)];
  while (waiting.length > 0 && found.length < MAX_DIRECTORIES) {
    const at = waiting.shift()!;
    if (at === 0 || seen.has(at)) continue;
    seen.add(at);
    const directory = reader.directory(at);
    if (directory === undefined) continue;
    found.push(directory.values);
    waiting.unshift(...(directory.values.get(SUBDIRECTORIES) ?? []));
    waiting.push(directory.next);
  }
  return found;
}

class TiffReader {
  constructor(
    private readonly bytes: Buffer,
    private readonly isLittleEndian: boolean,
  ) {}

  /** @returns 0 beyond the end. */
  uint(at: number, size: number): number {
    if (at + size > this.bytes.length) return 0;
    return this.isLittleEndian ? this.bytes.readUIntLE(at, size) : this.bytes.readUIntBE(at, size);
  }

  /** @returns undefined where the directory is not inside the bytes. */
  directory(at: number): { values: Directory; next: number } | undefined {
    const length = this.uint(at, 2);
    const end = at + 2 + length * ENTRY_BYTES;
    if (length === 0 || length > MAX_ENTRIES || end > this.bytes.length) return undefined;
    const values = new Map<number, readonly number[]>();
    for (let entry = at + 2; entry < end; entry += ENTRY_BYTES) {
      const size = WHOLE_NUMBERS[this.uint(entry + 2, 2)];
      const tag = this.uint(entry, 2);
      if (size !== undefined && !values.has(tag)) values.set(tag, this.valuesOf(entry, size));
    }
    return { values, next: this.uint(end, 4) };
  }

  private valuesOf(entry: number, size: number): number[] {
    const count = Math.min(this.uint(entry + 4, 4), MAX_VALUES);
    const start = count * size <= 4 ? entry + 8 : this.uint(entry + 8, 4);
    return Array.from({ length: count }, (_, i) => this.uint(start + i * size, size));
  }
}
