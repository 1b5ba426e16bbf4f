/**
 * Finds the row of a table for each image: by its path, by the end of its path, or by its file's
 * name, with or without extension. A name that fits several images fits none.
 */
import { resolve } from 'node:path';
import { fromCsvCell } from '../text/neutralize';
import { type Best, betterOf } from './best-match';
import {
  addTo,
  ImagesByEnd,
  type NamedImage,
  type NamedImages,
  ofFace,
  partsOf,
} from './images-by-end';
import { pathParts, stemOf } from './image-names';
import { ambiguousRemark, contestedRemark, looseRemark, numberedRemark } from './match-remarks';
import { partitionWord } from './partitions';

/** Names in a table. */
export interface TableNames {
  images: readonly string[];
  /** Number of the face in its image; undefined where a row is of an image. */
  faces?: readonly number[] | undefined;
  /** Folder that relative names may be meant from; undefined where unknown. */
  folder?: string | undefined;
}

export interface Matches {
  /** Row of each image; −1 where it has none. */
  rowOf: Int32Array;
  /** Image of each row; −1 where it has none. */
  imageOf: Int32Array;
  /** What was left out, for people. */
  remarks: string[];
}

/** How well a name fits an image, from the worst to the best; parts that are the same are added. */
const FIT = { none: 0, fileName: 1e6, end: 2e6, path: 3e6, same: 4e6 } as const;

/** Added where the name has the same extension, or none. */
const SAME_EXTENSION = 0.5;

export function matchNames(table: TableNames, images: NamedImages): Matches {
  const matcher = new Matcher(table, images);
  for (const row of table.images.keys()) matcher.place(row);
  return matcher.result();
}

class Matcher {
  /** Images by the stem of their file's name. */
  private readonly byStem = new Map<string, number[]>();
  private readonly byEnd: ImagesByEnd;
  /** By the number that a stem is; made when it is needed. */
  private byNumber: Map<string, number[]> | undefined;
  private readonly imageOf: Int32Array;
  private readonly rowOf: Int32Array;
  /** How well the row of each image fits. */
  private readonly fits: Float64Array;
  /** Rows that fit several images equally well, each with two of them. */
  private readonly ambiguous = new Map<number, [number, number]>();
  /** Images that several rows fit equally well. */
  private readonly contested = new Set<number>();
  /** Rows found by the number that their names are. */
  private readonly numbered = new Set<number>();
  /** Parts of the folder of the table. */
  private readonly folder: string[] | undefined;

  constructor(
    private readonly table: TableNames,
    private readonly images: NamedImages,
  ) {
    this.imageOf = new Int32Array(table.images.length).fill(-1);
    this.rowOf = new Int32Array(images.length).fill(-1);
    this.fits = new Float64Array(images.length);
    this.byEnd = new ImagesByEnd(images);
    this.folder = table.folder === undefined ? undefined : pathParts(resolve(table.folder));
    for (let index = 0; index < images.length; index++) {
      const { name, face = 0 } = this.imageAt(index);
      addTo(this.byStem, ofFace(stemOf(fileOf(name)), face), index);
    }
  }

  private faceOf(row: number): number {
    return this.table.faces?.[row] ?? 0;
  }

  private imageAt(index: number): NamedImage {
    return this.images.at(index)!;
  }

  /** Finds the image of a row. */
  place(row: number): void {
    const name = this.table.images[row]!;
    if (name === '') return;
    // A backslash may belong to a name, too.
    if (name.includes('\\') && this.placeExactly(row, name)) return;
    // This program writes an apostrophe before names that a spreadsheet would calculate.
    const plain = fromCsvCell(name);
    const asWritten = this.bestOf(row, name);
    const best = plain === name ? asWritten : betterOf(asWritten, this.bestOf(row, plain));
    if (best === undefined) return;
    if (best.second >= 0) this.ambiguous.set(row, [best.index, best.second]);
    else this.assign(row, best.index, best.fit);
  }

  private placeExactly(row: number, name: string): boolean {
    const found = this.byStem.get(ofFace(stemOf(fileOf(name)), this.faceOf(row)));
    const index = found?.find((each) => this.imageAt(each).name === name);
    if (index === undefined) return false;
    this.assign(row, index, FIT.same + SAME_EXTENSION);
    return true;
  }

  /** The image that a spelling fits best. */
  private bestOf(row: number, name: string): Best | undefined {
    const parts = pathParts(name);
    const candidates = this.candidatesOf(row, parts);
    let best = -1;
    let second = -1;
    let bestFit: number = FIT.none;
    for (const index of candidates) {
      const fit = this.fitOf(name, parts, this.imageAt(index));
      if (fit > bestFit) [best, second, bestFit] = [index, -1, fit];
      else if (fit === bestFit && fit > FIT.none) second = index;
    }
    return best < 0 ? undefined : { index: best, second, fit: bestFit };
  }

  private candidatesOf(row: number, parts: readonly string[]): readonly number[] {
    const file = parts.at(-1);
    if (file === undefined) return [];
    const found = this.byStem.get(ofFace(stemOf(file), this.faceOf(row)));
    if (found === undefined) return this.numberedLike(row, stemOf(file));
    return this.byEnd.among(found, parts, this.faceOf(row));
  }

  /** Images whose names are the same number, with or without zeros before it. */
  private numberedLike(row: number, stem: string): readonly number[] {
    const number = numberOf(stem);
    if (number === undefined) return [];
    if (this.byNumber === undefined) {
      this.byNumber = new Map();
      for (const [known, indices] of this.byStem) {
        const key = numberOf(known);
        if (key !== undefined) for (const index of indices) addTo(this.byNumber, key, index);
      }
    }
    const found = this.byNumber.get(number) ?? [];
    if (found.length > 0) this.numbered.add(row);
    return found;
  }

  private assign(row: number, index: number, fit: number): void {
    if (fit < this.fits[index]!) return;
    if (fit === this.fits[index]) {
      this.contested.add(index);
      return;
    }
    const other = this.rowOf[index]!;
    if (other >= 0) this.imageOf[other] = -1;
    this.contested.delete(index);
    this.fits[index] = fit;
    this.rowOf[index] = row;
    this.imageOf[row] = index;
  }

  private fitOf(name: string, parts: readonly string[], image: NamedImage): number {
    const given = parts.at(-1)!;
    const stem = stemOf(given);
    const isSameFile = given === fileOf(image.name) || stem === given.toLowerCase();
    const bonus = isSameFile ? SAME_EXTENSION : 0;
    if (name === image.name || parts.join('/') === image.name) return FIT.same + bonus;
    const its = partsOf(image);
    const length = commonEnd(parts, its);
    if (this.folder !== undefined && image.path !== undefined) {
      const whole = [...this.folder, ...parts];
      if (whole.length === its.length && commonEnd(whole, its) === its.length)
        return FIT.path + bonus;
    }
    // All folders below that of the images are the same, if there are any.
    const isBelow = length > 1 && length >= image.name.split('/').length;
    if (isBelow || length >= Math.min(parts.length, its.length)) return FIT.end + length + bonus;
    const [own, other] = [parts.at(-2), its.at(-2)].map((part) => partitionWord(part ?? ''));
    if (own !== undefined && other !== undefined && own !== other) return FIT.none;
    return FIT.fileName + length + bonus;
  }

  result(): Matches {
    const { images, imageOf, rowOf, ambiguous, contested, table } = this;
    for (const index of contested) {
      imageOf[rowOf[index]!] = -1;
      rowOf[index] = -1;
    }
    const rowName = (row: number) => table.images[row]!;
    const imageName = (index: number) => images.at(index)!.name;
    const remarks: string[] = [];
    const [example] = ambiguous;
    if (example !== undefined) {
      const [row, [one, other]] = example;
      remarks.push(ambiguousRemark(ambiguous.size, rowName(row), imageName(one), imageName(other)));
    }
    if (contested.size > 0) remarks.push(contestedRemark([...contested].map(imageName)));
    const loose = [...rowOf.keys()].filter(
      (index) => rowOf[index]! >= 0 && this.fits[index]! < FIT.end,
    );
    const [index] = loose;
    if (index !== undefined)
      remarks.push(looseRemark(loose.length, rowName(rowOf[index]!), imageName(index)));
    const [number] = this.numbered;
    if (number !== undefined) remarks.push(numberedRemark(this.numbered.size, rowName(number)));
    return { rowOf, imageOf, remarks };
  }
}

const fileOf = (name: string): string => name.slice(name.lastIndexOf('/') + 1);

/** Number of parts that are the same at the end; the last ones may differ in extension and case. */
function commonEnd(a: readonly string[], b: readonly string[]): number {
  let length = 0;
  while (length < a.length && length < b.length) {
    const [one, other] = [a[a.length - 1 - length]!, b[b.length - 1 - length]!];
    // The last parts are of one stem, or of one number.
    if (length > 0 && one !== other && one.toLowerCase() !== other.toLowerCase()) break;
    length += 1;
  }
  return length;
}

function numberOf(stem: string): string | undefined {
  return /^\d+$/.test(stem) ? stem.replace(/^0+(?=\d)/, '') : undefined;
}
