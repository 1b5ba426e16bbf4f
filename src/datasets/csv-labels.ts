/** Labels in a CSV table: a header, and a column for each attribute among others. */
import { CELEBA_ATTRIBUTES } from '../domain/attributes';
import { ownAttributes, PLACE_COLUMNS } from '../domain/face-columns';
import { excerptOfList } from '../text/excerpt';
import { fromCsvCell } from '../text/neutralize';
import { UserError } from '../util/errors';
import { ByteCells, type Cells, TextCells } from './cells';
import {
  checkCells,
  checkNames,
  LABEL_LIMITS,
  labelOf,
  type LabelTable,
  noLabel,
  textOf,
} from './label-table';
import { eachRecord } from './csv-records';
import { shortLabels } from './plain-label';
import { endOfPlainCell, splitAtSeparators } from './split-line';
import { ValueRows } from './value-rows';

const IMAGE_COLUMNS = new Set(['file', 'image', 'image_id', 'filename', 'name', 'path', '']);
/** Columns that are not attributes, in this program's faces.csv and in other tables. */
const OTHER_COLUMNS = new Set<string>(['identity', 'person', 'group', 'id', ...PLACE_COLUMNS]);
const SPLIT_COLUMNS = new Set(['split', 'partition']);
const KNOWN: ReadonlySet<string> = new Set(CELEBA_ATTRIBUTES);

const COMMA = 44;

/** A CSV table of which each line is a row, without doubled quotes. */
export class CsvLabels {
  private columns: CsvColumns | undefined;
  private readonly cells = new ByteCells(LABEL_LIMITS.columns);

  /** @param skipped lines before the header. */
  constructor(
    private readonly file: string,
    private readonly skipped: number,
  ) {}

  /** @returns false at a line that `parsedCsvLabels` has to read, with all others. */
  readonly take = (bytes: Buffer, start: number, end: number): boolean => {
    const { cells } = this;
    if (this.columns?.addShort(bytes, start, end) === true) return true;
    if (!splitAtSeparators(bytes, start, end, COMMA, cells)) return false;
    if (cells.count === 0) return true;
    if (this.columns === undefined) {
      checkCells(this.file, 1, cells.count); // `cells` holds no more
      this.columns = new CsvColumns(this.file, textsOf(cells).map(fromCsvCell), this.skipped);
      return true;
    }
    // The parser says what is wrong with a row of another length.
    if (cells.count !== this.columns.width) return false;
    this.columns.add(cells);
    return true;
  };

  /** @throws UserError if there is no header, or no column is an attribute. */
  table(): LabelTable {
    return tableOf(this.file, this.columns);
  }
}

const textsOf = (cells: Cells) => Array.from({ length: cells.count }, (_, i) => cells.text(i));

/**
 * Reads the labels of any CSV table: more slowly than `CsvLabels`.
 * @param pieces the bytes of the table.
 * @param skipped lines before the header.
 */
export async function parsedCsvLabels(
  file: string,
  pieces: AsyncIterable<Buffer>,
  skipped: number,
  signal: AbortSignal | undefined,
): Promise<LabelTable> {
  let columns: CsvColumns | undefined;
  const take = (cells: string[]) => {
    if (columns === undefined) columns = new CsvColumns(file, cells.map(fromCsvCell), skipped);
    else columns.add(new TextCells(cells));
  };
  await eachRecord(pieces, { what: `the labels '${file}'`, skipped }, take, signal);
  return tableOf(file, columns);
}

function tableOf(file: string, columns: CsvColumns | undefined): LabelTable {
  if (columns === undefined)
    throw new UserError(`the labels '${file}' are empty: expected a line of attribute names`);
  return columns.table();
}

/** A CSV table, filled row by row. Of columns that may be attributes only the numbers are kept. */
class CsvColumns {
  private readonly image: number;
  private readonly split: number;
  /**
   * Columns that may be attributes: recognized by their names, or excluded by a value that is not a
   * label.
   */
  private readonly candidates: number[];
  /** Whether each candidate has only had labels so far. */
  private readonly holdsLabels: boolean[];
  /** Whether the columns are the image's name and the attributes, which have only had labels. */
  private hasOnlyLabels: boolean;
  private readonly images: string[] = [];
  private readonly splits: string[] = [];
  private readonly values: ValueRows;

  constructor(
    private readonly file: string,
    private readonly header: string[],
    private readonly skipped: number,
  ) {
    checkCells(file, 1, header.length);
    this.image = header.findIndex((name) => IMAGE_COLUMNS.has(name.toLowerCase()));
    this.split = header.findIndex((name) => SPLIT_COLUMNS.has(name.toLowerCase()));
    const own = ownAttributes(header) ?? { start: 0, end: header.length };
    this.candidates = header
      .map((_, column) => column)
      .filter(
        (column) =>
          column >= own.start &&
          column < own.end &&
          column !== this.image &&
          column !== this.split &&
          (KNOWN.has(header[column]!) || !OTHER_COLUMNS.has(header[column]!.toLowerCase())),
      );
    this.holdsLabels = this.candidates.map(() => true);
    this.hasOnlyLabels = this.image === 0 && this.candidates.length === header.length - 1;
    this.values = new ValueRows(this.candidates.length);
  }

  /** Number of columns. */
  get width(): number {
    return this.header.length;
  }

  /**
   * Adds a row of a plain name and labels like `1`, as nearly all are, where the table has nothing
   * else.
   * @returns false for other rows, which are not added.
   */
  addShort(bytes: Buffer, start: number, end: number): boolean {
    const { candidates, values } = this;
    if (!this.hasOnlyLabels) return false;
    const name = endOfPlainCell(bytes, start, end, COMMA);
    if (name < 0 || name - start > LABEL_LIMITS.cell) return false;
    const range = { bytes, start: name + 1, end };
    if (!shortLabels(range, COMMA, values.block, values.at, candidates.length)) return false;
    checkCells(this.file, this.images.length + 1, this.header.length);
    this.images.push(bytes.toString('latin1', start, name));
    values.add();
    return true;
  }

  /** @param cells of a row below the header. */
  add(cells: Cells): void {
    const row = this.images.length + 1;
    checkCells(this.file, row, this.header.length);
    const where = () => `the labels '${this.file}', line ${String(row + 1 + this.skipped)}`;
    this.images.push(this.image < 0 ? '' : textOf(cells, this.image, where));
    if (this.split >= 0) this.splits.push(textOf(cells, this.split, where));
    const { block, at } = this.values;
    const { candidates, holdsLabels } = this;
    for (let i = 0; i < candidates.length; i++) {
      if (!holdsLabels[i]) continue;
      let label = cells.plainLabel(candidates[i]!);
      if (Number.isNaN(label)) {
        const text = cells.text(candidates[i]!);
        label = labelOf(text);
        if (Number.isNaN(label)) {
          const name = this.header[candidates[i]!]!;
          if (KNOWN.has(name)) throw noLabel(text, `${where()}, column '${name}'`);
          holdsLabels[i] = false;
          this.hasOnlyLabels = false;
        }
      }
      block[at + i] = label;
    }
    this.values.add();
  }

  /** @throws UserError if no column is an attribute. */
  table(): LabelTable {
    const taken = [...this.candidates.keys()].filter((i) => this.holdsLabels[i]);
    const attributes = taken.map((i) => this.header[this.candidates[i]!]!);
    if (taken.length === 0) {
      throw new UserError(
        `the labels '${this.file}' have no attribute: ` +
          `expected columns like ${CELEBA_ATTRIBUTES.slice(0, 3).join(', ')}, got ${excerptOfList(this.header)}`,
      );
    }
    checkNames(this.file, attributes);
    return {
      attributes,
      images: this.images,
      splits: this.split < 0 ? undefined : this.splits,
      values: this.values.take(taken),
    };
  }
}
