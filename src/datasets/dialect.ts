/** How a table is written: told from its first lines. */
import { extname } from 'node:path';
import { parse } from 'csv-parse/sync';
import { attributeKey, isKnownAttribute } from '../domain/attributes';
import { IMAGE_EXTENSIONS } from '../images/image-extensions';
import { excerpt } from '../text/excerpt';
import { t } from '../text/translate';
import { UserError } from '../util/errors';
import { TABLE_LIMITS } from './table-pieces';

export interface Dialect {
  /** ',', ';', a tab, '|', or a space, which stands for any number of spaces and tabs. */
  separator: string;
  /** Names of the columns. */
  header: string[];
  /** The first row; undefined where there is none. */
  first: string[] | undefined;
  /** Lines up to the header's end, of the text. */
  skipped: number;
  /** Whether the rows begin with a name that the header has no cell for. */
  hasRowNames: boolean;
}

/** Separators, the least likely inside of a name first. */
const SEPARATORS = ['\t', ';', ',', '|'];

/** Keys of columns of names; the more certain first. */
export const IMAGE_KEYS = [
  'filename', 'imagepath', 'imagefile', 'imagename', 'imagefilename', 'filepath', 'path', 'file', 'fname', 'imgpath',
  'imgname', 'imgfile', 'imageid', 'imgid', 'image', 'img', 'photo', 'picture', 'images', 'files', 'name', 'imagenumber',
  'imagenum', 'id', '', 'unnamed0', 'indexlevel0',
]; // prettier-ignore

/** Whether a text is the name of an image, or the URL of one. */
export function isImageName(text: string): boolean {
  const name = text.trim();
  const path = name.includes('://') ? name.replace(/[?#].*$/s, '') : name;
  return IMAGE_EXTENSIONS.has(extname(path).toLowerCase());
}

const isNumber = (text: string) => text !== '' && Number.isFinite(Number(text));

/**
 * Lines of the beginning of a text, without the last one if that may go on.
 * @param isWhole whether the text goes to the end of the table.
 */
function firstLines(text: string, isWhole: boolean): string[] {
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n/);
  if (!isWhole) lines.pop();
  return lines;
}

/**
 * @param text the beginning of a table, with LF or CR LF.
 * @param isWhole whether it is all of the table.
 * @returns undefined where the text is too short to tell.
 * @throws UserError where there is no header.
 */
export function dialectOf(file: string, text: string, isWhole: boolean): Dialect | undefined {
  const lines = firstLines(text, isWhole);
  const { at, comment, given } = beginning(lines);
  if (at >= lines.length) {
    if (!isWhole) return undefined;
    if (comment === undefined)
      throw new UserError(
        t(
          "the labels '{0}' are empty: expected a line of attribute names and one line for each image",
          file,
        ),
      );
  }
  const found =
    (comment === undefined ? undefined : commentedHeader(lines, comment, at, given)) ??
    plainHeader(lines, at, given);
  if (found === undefined) {
    if (!isWhole) return undefined;
    throw new UserError(
      t("the labels '{0}' are not a CSV table: {1}", file, t('a quote in line 1 never ends')),
    );
  }
  if (found.first === undefined && !isWhole) return undefined;
  checkHeader(file, found);
  return found;
}

/** Where the header may be: behind empty lines, a count of the images, `sep=;`, and comments. */
function beginning(lines: readonly string[]) {
  let given: string | undefined;
  /** The last comment. */
  let comment: number | undefined;
  let at = 0;
  for (; at < lines.length; at++) {
    const line = lines[at]!.trim();
    const separator = /^"?sep=(.)"?$/i.exec(lines[at]!)?.[1];
    if (separator !== undefined) given = separator;
    else if (line.startsWith('#')) comment = at;
    else if (line !== '' && !/^\d+$/.test(line)) break;
  }
  return { at, comment, given };
}

/** A header in a comment, as LFW has it: `#\tperson\timagenum\tMale`. */
function commentedHeader(
  lines: readonly string[],
  comment: number,
  at: number,
  given: string | undefined,
): Dialect | undefined {
  const line = lines[comment]!.trim().replace(/^#+/, '');
  const separator = given ?? separatorOf(line, lines[at]);
  const header = cellsOf(line, separator);
  if (header === undefined) return undefined;
  if (header[0] === '') header.shift();
  const first = lines[at] === undefined ? undefined : cellsOf(lines[at], separator);
  if (header.length < 2 || (first !== undefined && first.length !== header.length))
    return undefined;
  // The line below names columns, too: the comment is one.
  if (first?.some((cell) => isKnownAttribute(cell))) return undefined;
  return { separator, header, first, skipped: at, hasRowNames: false };
}

function plainHeader(
  lines: readonly string[],
  at: number,
  given: string | undefined,
): Dialect | undefined {
  let end = at + 1;
  let line = lines[at] ?? '';
  while (quotes(line) % 2 === 1 && end < lines.length && line.length < TABLE_LIMITS.line)
    line += `\n${lines[end++]!}`;
  const next = lines.slice(end).find((each) => each.trim() !== '');
  const separator = given ?? separatorOf(line, next);
  const header = cellsOf(line, separator);
  if (header === undefined) return undefined;
  const first = next === undefined ? undefined : cellsOf(next, separator);
  const hasRowNames = namesRows(header, first, separator);
  return { separator, header, first, skipped: end, hasRowNames };
}

const quotes = (line: string) => line.split('"').length - 1;

/** The separator of a header, if the row below it has it, too. */
function separatorOf(header: string, row: string | undefined): string {
  const outside = header.replaceAll(/"[^"]*"/g, '');
  const count = (separator: string) => outside.split(separator).length - 1;
  const [best] = SEPARATORS.filter((each) => count(each) > 0).sort((a, b) => {
    if (a === '\t' || b === '\t') return Number(b === '\t') - Number(a === '\t');
    return count(b) - count(a);
  });
  if (best === undefined) return ' ';
  // CelebA's layout may have tabs among the spaces.
  if (best === '\t' && row !== undefined && !row.includes('\t')) return ' ';
  return best;
}

/** Whether a row has a name before the cells that the header names. */
function namesRows(header: string[], first: string[] | undefined, separator: string): boolean {
  const startsWithName = IMAGE_KEYS.includes(attributeKey(header[0] ?? ''));
  if (separator === ' ') return !(startsWithName && (first?.length ?? 0) === header.length);
  return first?.length === header.length + 1 && first.at(-1) !== '' && !startsWithName;
}

/** The cells of a line; undefined where it is no line of CSV. */
function cellsOf(line: string, separator: string): string[] | undefined {
  if (separator === ' ') return spacedCells(line);
  try {
    const [cells] = parse(line, { delimiter: separator, trim: separator !== '\t' });
    return cells?.map((cell) => cell.trim()) ?? [];
  } catch {
    return undefined;
  }
}

/** Cells between spaces; some may be in quotes. */
export function spacedCells(line: string): string[] {
  const trimmed = line.trim();
  if (trimmed === '') return [];
  if (!trimmed.includes('"')) return trimmed.split(/\s+/);
  return (trimmed.match(/"[^"]*"|\S+/g) ?? []).map((cell) => cell.replaceAll(/^"|"$/g, ''));
}

/** @throws UserError where the header is a row: its names would be values. */
function checkHeader(file: string, { header, separator, hasRowNames }: Dialect): void {
  const names = hasRowNames ? header : header.slice(1);
  if (names.length > 1 && names.filter(isImageName).length > names.length / 2)
    throw new UserError(
      t(
        "the labels '{0}' have a column for each image, like '{1}': expected a row for each; turn the table over (pandas: df.T)",
        file,
        excerpt(names.find(isImageName)!),
      ),
    );
  // Columns of pandas have numbers, where nobody names them.
  const numbered = hasRowNames || header[0] === '' ? names : header;
  const isNumbered = numbered.length > 2 && numbered.every((name, i) => name === String(i));
  const isRow = names.length > 0 && !isNumbered && names.every(isNumber);
  if (!isRow && !(isImageName(header[0] ?? '') && header.length > 1)) return;
  const line = header.join(separator);
  throw new UserError(
    t(
      "the labels '{0}' have no header: expected a first line like 'image,Male,Smiling', got '{1}'",
      file,
      excerpt(line),
    ),
  );
}
