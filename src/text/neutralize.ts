/**
 * Foreign text (names of files, folders and attributes, cells of tables, errors of libraries) made
 * harmless for the place where people see it: one function an outlet. Each leaves ordinary names
 * as they are, shows characters that have no look of their own as `⟨U+202E⟩`, and shortens what is
 * very long. They take whole messages as well, since nothing of ours needs what they take away.
 */

/** Scripts in which a zero-width joiner or non-joiner between two letters is spelling. */
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

/** What belongs to a letter or an emoji, and is no disguise there. */
const SPELLING = [
  `(?<=[${JOINING}])[\\u200C\\u200D](?=[${JOINING}])`,
  '(?<=\\p{Extended_Pictographic})\\uFE0F',
  '(?<=[\\p{Extended_Pictographic}\\p{Emoji_Modifier}\\uFE0F])\\u200D(?=\\p{Extended_Pictographic})',
].join('|');

/**
 * Control, format (bidirectional ones among them) and other invisible characters, line separators
 * and halves of surrogate pairs.
 */
const UNSEEN = new RegExp(
  `(?!${SPELLING})[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Default_Ignorable_Code_Point}]`,
  'gu',
);

/** UTF-16 code units of the texts an outlet takes; names inside messages are shortened to less. */
const LONGEST = { name: 160, label: 300, notification: 900, line: 4000, log: 20_000 } as const;

/** Shows what cannot be seen. @param keep characters that are left as they are. */
const visible = (text: string, keep = ''): string =>
  text.replaceAll(UNSEEN, (character) =>
    keep.includes(character)
      ? character
      : `⟨U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}⟩`,
  );

/**
 * The beginning and the end of a text with `…` between them: the end of a path tells files apart,
 * and the end of a message says what is wrong. No pair of surrogates is divided.
 */
function shorten(text: string, most: number): string {
  if (text.length <= most) return text;
  const kept = most - 1;
  const tail = Math.floor(kept * 0.4);
  const head = text.slice(0, kept - tail).replace(/[\uD800-\uDBFF]$/, '');
  const end = text.slice(text.length - tail).replace(/^[\uDC00-\uDFFF]/, '');
  return `${head}…${end}`;
}

/** Shortened before and after: what is unseen becomes longer, and a text may have megabytes. */
function plain(text: string, most: number, keep = ''): string {
  return shorten(visible(shorten(text, most), keep), most);
}

/** The name of a file, folder or attribute inside a message. */
export const forName = (name: string): string => plain(name, LONGEST.name);

/**
 * A notification, or the message of a dialog. VS Code makes links of `[text](command:…)`, also of
 * commands, and cuts messages at 1,000 characters.
 */
export const forNotification = (text: string): string =>
  shorten(plain(text, LONGEST.notification).replaceAll('](', '] ('), LONGEST.notification);

/** Lines of a dialog's details, which are no links. */
export const forDetail = (text: string): string =>
  text
    .split('\n')
    .map((line) => plain(line, LONGEST.notification))
    .join('\n');

/**
 * A label in which VS Code draws `$(icon)`, or may do so: quick picks, the status bar, items of
 * trees, titles of panels.
 */
export const forLabel = (text: string): string =>
  shorten(plain(text, LONGEST.label).replaceAll('$(', '$ ('), LONGEST.label);

/** A tooltip without Markdown: lines of labels. */
export const forTooltip = (text: string): string => text.split('\n').map(forLabel).join('\n');

/** Text inside Markdown: CommonMark lets every ASCII punctuation character be escaped. */
export const forMarkdown = (text: string): string =>
  plain(text, LONGEST.label).replaceAll(/[!-/:-@[-`{-~]/g, '\\$&');

/** A text in a webview, which shows it as text and never as HTML. */
export const forPage = (text: string): string => plain(text, LONGEST.line);

/** A line of a terminal. */
export const forTerminal = (text: string): string => plain(text, LONGEST.line);

/** What a library prints to a terminal: its lines and tabs stay. */
export const forTerminalOutput = (text: string): string =>
  visible(text.replaceAll('\r\n', '\n'), '\n\t');

/** An entry of a log. Lines after the first are indented, so that none passes for an entry. */
export const forLog = (text: string): string =>
  plain(text.replaceAll('\r\n', '\n'), LONGEST.log, '\n\t').replaceAll('\n', '\n    ');

/** Text or an attribute's value in XML, SVG or HTML; XML has no place for control characters. */
export function forXml(text: string): string {
  return plain(text, LONGEST.line).replaceAll(
    /[&<>"'\uFFFE\uFFFF]/g,
    (character) =>
      `&#${String(/[\uFFFE\uFFFF]/.test(character) ? 0xfffd : character.charCodeAt(0))};`,
  );
}

/**
 * Where a spreadsheet takes a cell for a formula: at its beginning, and after characters that
 * separate cells where the spreadsheet's language has another separator than the comma.
 */
const FORMULA = /(?<=^|[;\t\r\n])(?='*[=+\-@\t\r＝＋－＠])/g;
const DEFUSED = /(?<=^|[;\t\r\n])'(?='*[=+\-@\t\r＝＋－＠])/g;

/**
 * A text as a cell of a CSV file: an apostrophe before what a spreadsheet would calculate. Nothing
 * else is changed, since programs read these files; `fromCsvCell` gives the text back. Not for
 * numbers, whose minus is none of a formula.
 */
export const forCsvCell = (text: string): string => text.replaceAll(FORMULA, "'");

/** The text that `forCsvCell` was given. */
export const fromCsvCell = (cell: string): string => cell.replaceAll(DEFUSED, '');
