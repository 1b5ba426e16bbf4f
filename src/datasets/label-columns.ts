/** The columns of a table of labels, filled row by row. Only names become texts, and categories. */
import { canonicalAttribute, isKnownAttribute } from '../domain/attributes';
import { fromCsvCell } from '../text/neutralize';
import { excerpt } from '../text/excerpt';
import { t } from '../text/translate';
import { UserError } from '../util/errors';
import { cellValue, type CellValue, isLabel, isNumberOrNone, textOfFloat } from './cell-values';
import { type Cells, isEmpty } from './cells';
import type { FilledColumn } from './column-coding';
import { type ColumnRoles, isCategoryName, rolesOf } from './column-roles';
import { attributesOf, type HeldColumns, sexOf } from './column-values';
import type { Dialect } from './dialect';
import { checkCells, LABEL_LIMITS, type LabelTable, noLabel, placeOf, textOf } from './label-table';
import { looksLikeList, MAX_LIST_LENGTH, MAX_LISTS, MAX_TEXTS } from './list-texts';
import { shortLabels } from './plain-label';
import { endOfPlainCell } from './split-line';
import { ValueRows } from './value-rows';

/** How LFW writes the number of an image: `Aaron_Eckhart_0001`. */
const LFW_DIGITS = 4;

export class LabelColumns {
  private readonly roles: ColumnRoles;
  /** What is known of each column that may be an attribute. */
  readonly columns: FilledColumn[];
  /** Whether the columns are the image's name and attributes, all of them numbers so far. */
  private isPlain: boolean;
  private readonly images: string[] = [];
  private readonly splits: string[] = [];
  private readonly people: string[] = [];
  private readonly faces: number[] = [];
  readonly values: ValueRows;
  private readonly separator: number;
  /** Whether every column is an attribute, as in CelebA's layout. */
  private readonly isStrict: boolean;
  private readonly isLfw: boolean;
  /** Whether all columns have had numbers, by `addShort`. */
  private hasShort = false;
  /** Cells that are no numbers, such as `True`, by their keys: making texts of them takes time. */
  private readonly known = new Map<number, { text: string; cell: CellValue }>();

  constructor(
    private readonly file: string,
    private readonly dialect: Dialect,
  ) {
    this.separator = dialect.separator.charCodeAt(0);
    this.isStrict = dialect.separator === ' ' && dialect.hasRowNames;
    const roles = rolesOf({ ...dialect, header: dialect.header.map(fromCsvCell) });
    this.roles = roles;
    checkCells(file, 1, roles.header.length);
    this.isLfw = roles.person >= 0;
    if (this.isStrict) {
      roles.candidates.push(...roles.others.splice(0));
      if (roles.people >= 0) roles.candidates.push(roles.people);
      roles.people = -1;
    }
    roles.candidates.sort((a, b) => a - b);
    this.columns = roles.candidates.map((column) => {
      const name = roles.header[column]!;
      const isText = !this.isStrict && !isKnownAttribute(name) && isCategoryName(name);
      return {
        name: canonicalAttribute(name),
        column,
        isKnown: this.isStrict || isKnownAttribute(name),
        texts: isText ? new Map<string, number>() : undefined,
        words: ['0', '1'],
        hasNumbers: false,
        isOutside: false,
        isDropped: false,
        isList: false,
      };
    });
    this.isPlain =
      roles.image === 0 &&
      this.columns.length === roles.header.length - 1 &&
      this.columns.every(({ texts }) => texts === undefined);
    this.values = new ValueRows(this.columns.length);
  }

  /** Number of columns. */
  get width(): number {
    return this.roles.header.length;
  }

  /**
   * Adds a row of a plain name and labels like `1`, as nearly all are, where the table has nothing
   * else.
   * @returns false for other rows, which are not added.
   */
  addShort(bytes: Buffer, start: number, end: number): boolean {
    const { columns, values, separator } = this;
    if (!this.isPlain) return false;
    const name = endOfPlainCell(bytes, start, end, separator);
    if (name < 0 || name - start > LABEL_LIMITS.cell) return false;
    const range = { bytes, start: name + 1, end };
    if (!shortLabels(range, separator, values.block, values.at, columns.length)) return false;
    this.images.push(bytes.toString('latin1', start, name));
    values.add();
    this.hasShort = true;
    return true;
  }

  /** @throws UserError if a table of so many lines exceeds a limit. */
  checkLines(lines: number): void {
    checkCells(this.file, lines, this.width);
  }

  /**
   * @param cells of a row below the header.
   * @param line its number in the file, for messages.
   */
  add(cells: Cells, line: number): void {
    const where = () => placeOf(this.file, line);
    this.checkCount(cells, where);
    if (isEmpty(cells)) return; // spreadsheets write such rows below the others
    const { roles, columns } = this;
    this.images.push(this.nameOf(cells, where));
    if (roles.split >= 0) this.splits.push(textOf(cells, roles.split, where));
    if (roles.people >= 0) this.people.push(textOf(cells, roles.people, where));
    if (roles.face >= 0) this.faces.push(faceOf(cells.text(roles.face)));
    const { block, at } = this.values;
    for (let i = 0; i < columns.length; i++) {
      const column = columns[i]!;
      if (column.isDropped) continue;
      const number = column.texts === undefined ? cells.plainNumber(column.column) : NaN;
      const value = Number.isNaN(number) ? this.valueOf(i, cells, where) : number;
      if (!(value >= 0 && value <= 1) && value !== -1 && !Number.isNaN(value))
        this.checkOutside(column, cells, where);
      block[at + i] = value;
      if (value === value && column.texts === undefined) column.hasNumbers = true;
    }
    this.values.add();
  }

  /** Cells beyond the header's have to be empty. */
  private checkCount(cells: Cells, where: () => string): void {
    const { width } = this;
    let { count } = cells;
    if (count === width) return;
    while (count > width && cells.text(count - 1) === '') count -= 1;
    if (count === width) return;
    throw new UserError(
      this.isStrict
        ? t(
            "{0}: expected an image's name and {1} values, got {2} values",
            where(),
            width - 1,
            count - 1,
          )
        : t('{0}: expected {1} cells, as in the header, got {2}', where(), width, count),
    );
  }

  private nameOf(cells: Cells, where: () => string): string {
    const { image, person, imageNumber } = this.roles;
    if (person < 0) return image < 0 ? '' : textOf(cells, image, where);
    const folder = textOf(cells, person, where).replaceAll(' ', '_');
    const number = cells.text(imageNumber).padStart(LFW_DIGITS, '0');
    return `${folder}/${folder}_${number}`;
  }

  /** The value of a cell that is no plain number. */
  private valueOf(index: number, cells: Cells, where: () => string): number {
    const column = this.columns[index]!;
    const key = column.texts === undefined ? cells.shortKey(column.column) : -1;
    const { text, cell } = this.known.get(key) ?? this.read(cells.text(column.column), key);
    // 'None' may be a category, like that of glasses.
    const hasNumbers = this.hasShort || column.hasNumbers;
    const isNone = !column.isKnown && text.toLowerCase() === 'none';
    if (cell !== null && Number.isNaN(cell.value) && !(isNone && !hasNumbers)) return NaN;
    if (column.texts === undefined && !isNone) {
      if (cell?.isWord === true) column.words[cell.value] = text;
      if (cell !== null) return cell.value;
      if (column.name === 'Male' && sexOf(text) !== undefined) return sexOf(text)!;
      if (column.isKnown) throw noLabel(text, column.name, where);
    }
    const code = column.texts?.get(text);
    if (code !== undefined) return code;
    column.isList ||= looksLikeList(text);
    if (text.length > (column.isList ? MAX_LIST_LENGTH : LABEL_LIMITS.attributeName)) {
      column.isDropped = true;
      return NaN;
    }
    if (column.texts === undefined) this.becomeTexts(index);
    const most = column.isList ? MAX_LISTS : MAX_TEXTS;
    if (column.texts!.size < most) return this.codeOf(column, text);
    if (cell === null || !this.becomeNumbers(index)) {
      column.isDropped = true;
      return NaN;
    }
    return cell.value;
  }

  private read(text: string, key: number): { text: string; cell: CellValue } {
    const read = { text, cell: cellValue(text) };
    if (key >= 0 && this.known.size < MAX_TEXTS) this.known.set(key, read);
    return read;
  }

  /**
   * Turns the texts of a column back into numbers, after a first cell like 'None'.
   * @returns false where they are none.
   */
  private becomeNumbers(index: number): boolean {
    const column = this.columns[index]!;
    const numbers = Array.from(column.texts!.keys(), (text) => cellValue(text));
    if (numbers.some((cell) => cell === null || cell.isWord)) return false;
    this.values.replace(index, (code) => numbers[code]?.value ?? NaN);
    column.isOutside = numbers.some((cell) => !Number.isNaN(cell!.value) && !isLabel(cell!.value));
    column.texts = undefined;
    column.hasNumbers = true;
    return true;
  }

  private checkOutside(column: FilledColumn, cells: Cells, where: () => string): void {
    if (column.texts !== undefined) return;
    if (column.isKnown && !this.isLfw) throw noLabel(cells.text(column.column), column.name, where);
    column.isOutside = true;
  }

  /** Turns the numbers of a column into texts: it is a category. */
  becomeTexts(index: number): void {
    const column = this.columns[index]!;
    column.texts = new Map();
    this.isPlain = false;
    this.values.replace(index, (value) => {
      if (Number.isNaN(value)) return NaN;
      return this.codeOf(column, column.words[value] ?? textOfFloat(value));
    });
  }

  /** The number of a text of a category. */
  private codeOf(column: FilledColumn, text: string): number {
    const texts = column.texts!;
    const known = texts.get(text);
    if (known === undefined) texts.set(text, texts.size);
    return known ?? texts.size - 1;
  }

  private peopleRemark(): string[] {
    const { people, header } = this.roles;
    if (people < 0 || this.isLfw) return [];
    return [t('{0} tells who is in each image, and is no attribute', excerpt(header[people]!))];
  }

  /** Turns columns whose texts are all numbers into numbers, once all rows are there. */
  settle(): void {
    for (const [i, { texts }] of this.columns.entries())
      if (texts !== undefined && texts.size > 0 && [...texts.keys()].every(isNumberOrNone))
        this.becomeNumbers(i);
  }

  /**
   * The rows as they are; `finishTable` has to follow.
   * @param held what each column holds, in other tables of the data set too; by default, here.
   * @throws UserError if no column is an attribute.
   */
  table(held?: HeldColumns): LabelTable {
    const { file, images, roles, values } = this;
    if (held === undefined) this.settle();
    const { taken, groups, remarks } = attributesOf(file, this.columns, values, {
      ...(held ?? { contents: values.contents(), rows: this.columns.map(() => values.rows) }),
      header: roles.header,
      others: roles.others.map((column) => roles.header[column]!),
      isLfw: this.isLfw,
    });
    return {
      attributes: taken.map(({ name }) => name),
      groups,
      images,
      faces: roles.face < 0 ? undefined : this.faces,
      splits: roles.split < 0 ? undefined : this.splits,
      people: roles.people < 0 ? undefined : this.people,
      values: values.take(taken),
      remarks: [...remarks, ...this.peopleRemark()],
    };
  }
}

const faceOf = (text: string): number => {
  const number = Number(text);
  return Number.isInteger(number) ? number : 0;
};
