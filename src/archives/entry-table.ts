/**
 * The entries of an archive, packed into arrays: as objects, the two hundred thousand images of
 * CelebA would take a hundred megabytes in every image worker.
 */
import { megabytes } from '../text/sizes';
import { count } from '../text/numbers';
import { t } from '../text/translate';
import { UserError } from '../util/errors';
import { comparePaths } from './entry-name';

/** Maximum number of entries of an archive: three times those of ImageNet. */
export const MAX_ENTRIES = 5_000_000;
/** Maximum length of all names of an archive, in bytes. */
const MAX_NAMES = 1 << 28;

export interface Entry {
  /** Path in the archive, with `/` between its parts. */
  name: string;
  /** Position in the archive's file. What lies there depends on the kind of archive. */
  position: number;
  /** Bytes in the archive's file. */
  stored: number;
  /** Bytes of its content. */
  size: number;
  /** CRC-32 of its content; 0 for kinds of archives without. */
  crc: number;
  /** Compression, as the kind of archive numbers it. */
  method: number;
}

/** Why an entry cannot be used. */
export interface Problem {
  reason: string;
  /**
   * Whether the entry is no file of this name (a link, or a name that no path can have), as opposed
   * to a file that cannot be read.
   */
  isNoFile: boolean;
}

/** Collects entries in any order. */
export class EntryTableBuilder {
  private names: Buffer = Buffer.allocUnsafe(1 << 16);
  private columns = newColumns(1 << 10);
  private readonly problems: Problem[] = [];
  private length = 0;

  /**
   * @param problem undefined for a file that can be read.
   * @throws UserError where there are too many.
   */
  add(entry: Entry, problem?: Problem): void {
    const { length } = this;
    if (length === MAX_ENTRIES)
      throw new UserError(t('it has too many entries: expected at most {0}', count(MAX_ENTRIES)));
    const start = length === 0 ? 0 : this.columns.end[length - 1]!;
    const bytes = Buffer.byteLength(entry.name);
    if (start + bytes > MAX_NAMES)
      throw new UserError(
        t('the names of its entries are too long: expected at most {0}', megabytes(MAX_NAMES)),
      );
    this.names = withRoom(this.names, start + bytes);
    if (length === this.columns.end.length) this.columns = copied(this.columns, 2 * length);
    this.names.write(entry.name, start);
    const { columns } = this;
    columns.end[length] = start + bytes;
    columns.position[length] = entry.position;
    columns.stored[length] = entry.stored;
    columns.size[length] = entry.size;
    columns.crc[length] = entry.crc;
    columns.method[length] = entry.method;
    columns.problem[length] = problem === undefined ? 0 : this.codeOf(problem);
    this.length += 1;
  }

  /**
   * Notes a problem of every entry whose bytes run into those of another: unpacked, such an archive
   * may be a million times as large.
   * @param header minimum number of bytes of an entry besides its stored content.
   */
  markOverlaps(header: number): void {
    const { position, stored, problem } = this.columns;
    const order = Uint32Array.from({ length: this.length }, (_, i) => i);
    if (order.some((i) => i > 0 && position[i - 1]! > position[i]!))
      order.sort((a, b) => position[a]! - position[b]!);
    const code = this.codeOf({
      reason: t('its data overlap with those of another'),
      isNoFile: false,
    });
    for (let i = 1; i < order.length; i++) {
      const [row, next] = [order[i - 1]!, order[i]!];
      if (problem[row] === 0 && position[row]! + header + stored[row]! > position[next]!)
        problem[row] = code;
    }
  }

  /**
   * The entries in the order of a folder's listing. Of several with the same name, the last one
   * counts, as if all were unpacked.
   */
  finish(): EntryTable {
    const all = this.table([]);
    if (isStrictlySorted(all)) return all;
    const names = Array.from({ length: this.length }, (_, i) => all.nameAt(i));
    const order = Uint32Array.from(names.keys());
    order.sort((a, b) => comparePaths(names[a]!, names[b]!) || a - b);
    const sorted = new EntryTableBuilder();
    sorted.problems.push(...this.problems);
    const replaced: string[] = [];
    for (const [i, row] of order.entries()) {
      const name = names[row]!;
      const next = order[i + 1];
      if (next !== undefined && names[next] === name) replaced.push(name);
      else sorted.add(all.at(row), all.problemAt(row));
    }
    return sorted.table(replaced);
  }

  private table(replaced: readonly string[]): EntryTable {
    const { length } = this;
    const columns = copied(this.columns, length);
    const names = Buffer.from(this.names.subarray(0, columns.end[length - 1] ?? 0));
    return new EntryTable(names, columns, this.problems, length, replaced);
  }

  /** The code of a problem, from 1 on. There are a dozen different ones. */
  private codeOf(problem: Problem): number {
    const known = this.problems.findIndex(({ reason }) => reason === problem.reason);
    return known >= 0 ? known + 1 : this.problems.push(problem);
  }
}

export class EntryTable {
  /** Row after the one that was found last. */
  private next = 0;

  /** Of the builder. */
  constructor(
    private readonly names: Buffer,
    private readonly columns: Columns,
    private readonly problems: readonly Problem[],
    readonly length: number,
    /** Names of entries that others of the same name replace, each as often as it is replaced. */
    readonly replaced: readonly string[],
  ) {}

  nameAt(row: number): string {
    const start = row === 0 ? 0 : this.columns.end[row - 1]!;
    return this.names.toString('utf8', start, this.columns.end[row]);
  }

  at(row: number): Entry {
    const { position, stored, size, crc, method } = this.columns;
    return {
      name: this.nameAt(row),
      position: position[row]!,
      stored: stored[row]!,
      size: size[row]!,
      crc: crc[row]!,
      method: method[row]!,
    };
  }

  sizeAt(row: number): number {
    return this.columns.size[row]!;
  }

  problemAt(row: number): Problem | undefined {
    return this.problems[this.columns.problem[row]! - 1];
  }

  /** Row of the entry with a name; −1 where there is none. */
  find(name: string): number {
    // Images are looked up in their order, mostly.
    let [from, middle, to] = [0, this.next, this.length];
    while (from < to) {
      const order = comparePaths(this.nameAt(middle), name);
      if (order === 0) {
        this.next = (middle + 1) % this.length;
        return middle;
      }
      if (order < 0) from = middle + 1;
      else to = middle;
      middle = (from + to) >> 1;
    }
    return -1;
  }
}

function isStrictlySorted(table: EntryTable): boolean {
  let before = '';
  for (let row = 0; row < table.length; row++) {
    const name = table.nameAt(row);
    if (row > 0 && comparePaths(before, name) >= 0) return false;
    before = name;
  }
  return true;
}

const newColumns = (length: number) => ({
  /** End of the name in the bytes of all names. */
  end: new Uint32Array(length),
  position: new Float64Array(length),
  stored: new Float64Array(length),
  size: new Float64Array(length),
  crc: new Uint32Array(length),
  method: new Uint8Array(length),
  /** Code of the problem; 0 for none. */
  problem: new Uint8Array(length),
});
type Columns = ReturnType<typeof newColumns>;

/** The columns with another length, at most that of the old ones or more. */
function copied(columns: Columns, length: number): Columns {
  const copy = newColumns(length);
  for (const key of Object.keys(copy) as (keyof Columns)[])
    copy[key].set(columns[key].subarray(0, length));
  return copy;
}

function withRoom(bytes: Buffer, length: number): Buffer {
  if (length <= bytes.length) return bytes;
  const larger = Buffer.allocUnsafe(Math.max(2 * bytes.length, length));
  bytes.copy(larger);
  return larger;
}
