/**
 * Makes foreign text (names of files, folders and attributes, table cells, errors of libraries)
 * harmless: one function for each place where it is shown. Each leaves ordinary names unchanged,
 * shows invisible characters as `⟨U+202E⟩`, and shortens very long texts. Whole messages can be
 * passed too: the program's own words contain nothing that is changed.
 */

/** Scripts in which zero-width joiners and non-joiners between letters are part of the spelling. */
const JOINING = [
  'Arabic',
  'Bengali',
  'Devanagari',
  'Gujarati',
  'Gurmukhi',
  'Kannada',
  'Khmer',
  'Malayalam',
  'Myanmar',
  'Oriya',
  'Sinhala',
  'Syriac',
  'Tamil',
  'Telugu',
]
  .map((script) => `\\p{Script_Extensions=${script}}`)
  .join('');

/** Invisible characters that belong to a letter or an emoji. */
const SPELLING = [
  `(?<=[${JOINING}])[\\u200C\\u200D](?=[${JOINING}])`,
  '(?<=\\p{Extended_Pictographic})\\uFE0F',
  '(?<=[\\p{Extended_Pictographic}\\p{Emoji_Modifier}\\uFE0F])\\u200D(?=\\p{Extended_Pictographic})',
].join('|');

/**
 * Invisible characters (controls, format characters including bidirectional ones, and others), line
 * separators and lone surrogates.
 */
const UNSEEN = new RegExp(
  `(?!${SPELLING})[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Default_Ignorable_Code_Point}]`,
  'gu',
);

/** Maximum length of a text in each place, in UTF-16 code units. */
const LONGEST = { name: 160, label: 300, notification: 900, line: 4000, log: 20_000 } as const;

/** Replaces invisible characters by their code. @param keep characters that stay. */
const visible = (text: string, keep = ''): string =>
  text.replaceAll(UNSEEN, (character) =>
    keep.includes(character)
      ? character
      : `⟨U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}⟩`,
  );

/**
 * The beginning and the end of a text with `…` between them. The end of a path distinguishes files,
 * and the end of a message says what is wrong. Surrogate pairs are not divided.
 */
function shorten(text: string, most: number): string {
  if (text.length <= most) return text;
  const kept = most - 1;
  const tail = Math.floor(kept * 0.4);
  const head = text.slice(0, kept - tail).replace(/[\uD800-\uDBFF]$/, '');
  const end = text.slice(text.length - tail).replace(/^[\uDC00-\uDFFF]/, '');
  return `${head}…${end}`;
}

/** Shortens before, since a text may have megabytes, and after, since the codes are longer. */
function plain(text: string, most: number, keep = ''): string {
  return shorten(visible(shorten(text, most), keep), most);
}

/** The name of a file, folder or attribute inside a message. */
export const forName = (name: string): string => plain(name, LONGEST.name);

/**
 * A notification, or the message of a dialog. VS Code turns `[text](command:…)` into a link, and
 * cuts messages at 1,000 characters.
 */
export const forNotification = (text: string): string =>
  shorten(plain(text, LONGEST.notification).replaceAll('](', '] ('), LONGEST.notification);

/** The details of a dialog, in which VS Code shows no links. */
export const forDetail = (text: string): string =>
  text
    .split('\n')
    .map((line) => plain(line, LONGEST.notification))
    .join('\n');

/**
 * A label in which VS Code may draw `$(icon)`: in quick picks, the status bar, trees, and titles of
 * panels.
 */
export const forLabel = (text: string): string =>
  shorten(plain(text, LONGEST.label).replaceAll('$(', '$ ('), LONGEST.label);

/** A tooltip without Markdown; each line is a label. */
export const forTooltip = (text: string): string => text.split('\n').map(forLabel).join('\n');

/** Text inside Markdown. CommonMark allows every ASCII punctuation character to be escaped. */
export const forMarkdown = (text: string): string =>
  plain(text, LONGEST.label).replaceAll(/[!-/:-@[-`{-~]/g, '\\$&');

/** Text in a webview, which inserts it as text, not as HTML. */
export const forPage = (text: string): string => plain(text, LONGEST.line);

/** A line of a terminal. */
export const forTerminal = (text: string): string => plain(text, LONGEST.line);

/** Output of a library to a terminal. Newlines and tabs stay. */
export const forTerminalOutput = (text: string): string =>
  visible(text.replaceAll('\r\n', '\n'), '\n\t');

/** An entry of a log. Lines after the first are indented, so that none looks like an entry. */
export const forLog = (text: string): string =>
  plain(text.replaceAll('\r\n', '\n'), LONGEST.log, '\n\t').replaceAll('\n', '\n    ');

/** Text, or the value of an attribute, in XML, SVG or HTML. */
export function forXml(text: string): string {
  return plain(text, LONGEST.line).replaceAll(
    /[&<>"'\uFFFE\uFFFF]/g,
    (character) =>
      `&#${String(/[\uFFFE\uFFFF]/.test(character) ? 0xfffd : character.charCodeAt(0))};`,
  );
}

/**
 * Places where a spreadsheet may see the start of a formula: the beginning of a cell, and after the
 * characters that separate cells where the separator is not the comma. The signs beyond ASCII are
 * the full-width forms of `=+-@`.
 */
const FORMULA = /(?<=^|[;\t\r\n])(?='*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20])/g;
const DEFUSED = /(?<=^|[;\t\r\n])'(?='*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20])/g;

/** Names that a spreadsheet takes as they are; nearly all names of images are such. */
const ORDINARY = /^[\w.][\w./ -]*$/;

/** Whether a text is a cell of a CSV file as it is. */
export const isOrdinary = (text: string): boolean => ORDINARY.test(text);

/**
 * Text as a cell of a CSV file, with an apostrophe before everything that a spreadsheet would
 * calculate. Nothing else is changed, since programs read these files too. Not for numbers, which
 * may start with a minus. `fromCsvCell` is the inverse.
 */
export const forCsvCell = (text: string): string =>
  ORDINARY.test(text) ? text : text.replaceAll(FORMULA, "'");

/** The text of a cell that `forCsvCell` wrote. */
export const fromCsvCell = (cell: string): string =>
  ORDINARY.test(cell) ? cell : cell.replaceAll(DEFUSED, '');
