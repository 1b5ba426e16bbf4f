/** The cells of one row of a table: as ranges of bytes, or as texts. */
import { plainNumber } from './plain-label';

export interface Cells {
  readonly count: number;
  /** The trimmed text of a cell; empty where there is none. */
  text: (column: number) => string;
  /**
   * A number that stands for the text of a cell of at most six bytes; −1 for all others, for those
   * in quotes, and where the text is at hand.
   */
  shortKey: (column: number) => number;
  /** Whether a cell has no character. */
  isEmpty: (column: number) => boolean;
  /**
   * The number in a cell, if it can be read without its text; NaN for all other cells, which may be
   * labels too.
   */
  plainNumber: (column: number) => number;
}

/** Cells that are texts already. */
export class TextCells implements Cells {
  readonly count: number;

  constructor(private readonly texts: readonly string[]) {
    this.count = texts.length;
  }

  readonly text = (column: number): string => this.texts[column] ?? '';
  readonly shortKey = (): number => -1;
  readonly isEmpty = (column: number): boolean => this.text(column) === '';
  readonly plainNumber = (): number => NaN;
}

/** Bytes that a key holds exactly. */
const MOST_KEYED = 6;

/** Cells as ranges of bytes. The same object serves line after line. */
export class ByteCells implements Cells {
  count = 0;
  private bytes: Buffer = Buffer.alloc(0);
  private readonly starts: Int32Array;
  private readonly ends: Int32Array;
  /** 1 where a cell was in quotes. */
  private readonly quoted: Uint8Array;

  /** @param most cells that are kept of a line; all are counted. */
  constructor(private readonly most: number) {
    this.starts = new Int32Array(most);
    this.ends = new Int32Array(most);
    this.quoted = new Uint8Array(most);
  }

  /** Starts a line without cells. */
  reset(bytes: Buffer): void {
    this.bytes = bytes;
    this.count = 0;
  }

  /** Adds a cell, without the ASCII spaces around it and without its quotes. */
  add(start: number, end: number, isQuoted: boolean): void {
    const column = this.count++;
    if (column >= this.most) return;
    this.starts[column] = start;
    this.ends[column] = end;
    this.quoted[column] = isQuoted ? 1 : 0;
  }

  text(column: number): string {
    if (column >= this.count) return '';
    const [start, end] = [this.starts[column]!, this.ends[column]!];
    const text = this.bytes.toString('utf8', start, end);
    if (this.quoted[column] === 1 || end === start) return text;
    // Spaces other than ASCII's.
    return this.bytes[start]! >= 0x80 || this.bytes[end - 1]! >= 0x80 ? text.trim() : text;
  }

  shortKey(column: number): number {
    if (column >= this.count) return 0;
    const [start, end] = [this.starts[column]!, this.ends[column]!];
    if (end - start > MOST_KEYED || this.quoted[column] === 1) return -1;
    let key = 0;
    for (let at = start; at < end; at++) key = key * 256 + this.bytes[at]!;
    return key;
  }

  isEmpty(column: number): boolean {
    return column >= this.count || this.starts[column] === this.ends[column];
  }

  plainNumber(column: number): number {
    if (column >= this.count) return NaN;
    return plainNumber(this.bytes, this.starts[column]!, this.ends[column]!);
  }
}

/** Whether all cells of a row are empty. */
export function isEmpty(cells: Cells): boolean {
  if (!cells.isEmpty(0)) return false;
  for (let column = 1; column < cells.count; column++) if (!cells.isEmpty(column)) return false;
  return true;
}
