/**
 * Sentences of programs that speak English, such as the engine and what it stored, in the language
 * that is spoken here. They were made of the messages of the bundle, so that their templates can be
 * found again. Takes time linear in the text, which may be anything.
 */
import { count, decimalPoint } from './numbers';
import { filled, spoken } from './translate';

/** A message of the bundle, in pieces between its placeholders. */
interface Template {
  message: string;
  pieces: readonly string[];
  /** Numbers of the placeholders between the pieces. */
  places: readonly number[];
  /** Letters and quotes of the pieces. */
  letters: number;
}

/** Longest text that is looked at. */
const MAX_LENGTH = 4000;
/** Fewest letters that tell a template from other text. */
const LEAST_LETTERS = 3;
/** With fewer letters, a template may fit several sentences together by chance. */
const TELLING_LETTERS = 8;
/** Sentences within sentences. */
const MAX_DEPTH = 4;

interface Templates {
  of: ReadonlyMap<string, string>;
  telling: Template[];
  others: Template[];
}

let known: Templates | undefined;

/** The translation of a finished sentence; the sentence itself where it is not known. */
export function said(text: string, depth = MAX_DEPTH): string {
  const translations = spoken();
  if (translations.size === 0 || text.length > MAX_LENGTH) return text;
  const whole = translations.get(text) ?? numbered(text);
  if (whole !== undefined || depth === 0) return whole ?? text;
  const about = named(text, depth);
  if (about !== undefined) return about;
  if (known?.of !== translations) known = templatesOf(translations);
  return (
    ofTemplates(text, known.telling, depth) ??
    listed(text, depth) ??
    withReasons(text, depth) ??
    ofTemplates(text, known.others, depth) ??
    text
  );
}

/** A sentence that was made of one of some templates; undefined where it was made of none. */
function ofTemplates(
  text: string,
  templates: readonly Template[],
  depth: number,
): string | undefined {
  for (const { message, pieces, places } of templates) {
    const parts = partsBetween(text, pieces);
    if (parts?.every((part, i) => isWhole(part, pieces, i)) !== true) continue;
    const values: string[] = [];
    for (const [i, place] of places.entries())
      values[place] = isQuoted(pieces, i) ? parts[i]! : said(parts[i]!, depth - 1);
    return filled(message, values);
  }
  return undefined;
}

/** Sentences one after the other, of which each is known: `there is none; it is a folder`. */
function listed(text: string, depth: number): string | undefined {
  const parts = partsOfList(text);
  if (parts.length < 2) return undefined;
  const translated = parts.map((part) => said(part, depth)); // parts are no lists
  return translated.some((part, i) => part === parts[i]) ? undefined : translated.join('; ');
}

/** What stands between semicolons that are in no parentheses. */
function partsOfList(text: string): string[] {
  const parts: string[] = [];
  let open = 0;
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '(') open += 1;
    if (text[at] === ')') open -= 1;
    if (open > 0 || !text.startsWith('; ', at)) continue;
    parts.push(text.slice(from, at));
    from = at + 2;
  }
  return [...parts, text.slice(from)];
}

/** A sentence or names, each with a reason: `age (numbers outside 0 to 1), x (without a name)`. */
function withReasons(text: string, depth: number): string | undefined {
  const [, sentence, reason] = /^([^]+) \(([^()]*)\)$/.exec(text) ?? [];
  const translated = sentence === undefined ? undefined : said(sentence, depth - 1);
  if (translated !== sentence) return `${translated!} (${said(reason!, depth - 1)})`;
  const all = text
    .replaceAll(
      / \(([^()]{1,200})\)(?=,|$| and )/g,
      (_, each: string) => ` (${said(each, depth - 1)})`,
    )
    .replace(MORE, (more) => said(more, depth - 1));
  return all === text ? undefined : all;
}

/** The end of a list of which only the first are named. */
const MORE = / and [\d,]{1,12} more$/;

/** The name of a file, or something in quotes, before what is said of it. */
const FILE = /^(?:[^\s'"]+\.\w{1,8}|'[^']+')$/;

/** A sentence about something that is known, or about a file: `K-Means: there is no face`. */
function named(text: string, depth: number): string | undefined {
  const [, name, sentence] = /^([^:]{1,60}): ([^]+)$/.exec(text) ?? [];
  if (name === undefined) return undefined;
  const translation = spoken().get(name) ?? (FILE.test(name) ? name : undefined);
  if (translation === undefined) return undefined;
  const translated = said(sentence!, depth - 1);
  return translated === sentence ? undefined : `${translation}: ${translated}`;
}

/** Whether a value stands in quotes: what a person or a file calls something stays as it is. */
const isQuoted = (pieces: readonly string[], i: number): boolean =>
  /[\u201c']$/.test(pieces[i]!) && /^[\u201d']/.test(pieces[i + 1]!);

/** Whether a value in quotes or parentheses ends at its end, and not before. */
function isWhole(value: string, pieces: readonly string[], i: number): boolean {
  const [before, after] = [pieces[i]!, pieces[i + 1]!];
  if (before.endsWith('(') && after.startsWith(')')) return isBalanced(value);
  if (!before.endsWith("'") || !after.startsWith("'")) return true;
  const end = value.indexOf("' ");
  return end < 0 || value.lastIndexOf(" '") < end;
}

/** Whether no parenthesis is closed that was not opened. */
function isBalanced(text: string): boolean {
  let open = 0;
  for (const letter of text) {
    if (letter === '(') open += 1;
    if (letter === ')') open -= 1;
    if (open < 0) return false;
  }
  return true;
}

/** Units that are the same in all languages. */
const UNIT = /^(?:MB|GB|%)$/;

/** `1,204`, `0.25`, `4.5 MB` and `3 faces`; undefined for another text. */
function numbered(text: string): string | undefined {
  const [, digits, fraction, noun] =
    /^(\d{1,3}(?:,\d{3})*)(?:\.(\d{1,9}))?(?: ([^\d].{0,60}))?$/.exec(text) ?? [];
  if (digits === undefined) return undefined;
  const whole = count(Number(digits.replaceAll(',', '')));
  const number = fraction === undefined ? whole : `${whole}${decimalPoint()}${fraction}`;
  if (noun === undefined) return number;
  const translation = UNIT.test(noun) ? noun : spoken().get(noun);
  return translation === undefined ? undefined : `${number} ${translation}`;
}

/** What stands between the pieces of a template; undefined where a text is not made of it. */
function partsBetween(text: string, pieces: readonly string[]): string[] | undefined {
  const first = pieces[0]!;
  const last = pieces.at(-1)!;
  const end = text.length - last.length;
  if (!text.startsWith(first) || !text.endsWith(last)) return undefined;
  const parts: string[] = [];
  let at = first.length;
  for (const piece of pieces.slice(1, -1)) {
    const next = text.indexOf(piece, at);
    if (next < 0) return undefined;
    parts.push(text.slice(at, next));
    at = next + piece.length;
  }
  if (at > end) return undefined;
  return [...parts, text.slice(at, end)];
}

/** Those that tell themselves from other text, the most telling first. */
function templatesOf(translations: ReadonlyMap<string, string>): Templates {
  const templates = [...translations.keys()]
    .map((message) => {
      const pieces = message.split(/\{\d+\}/);
      const places = [...message.matchAll(/\{(\d+)\}/g)].map(([, digits]) => Number(digits));
      return {
        message,
        pieces,
        places,
        letters: pieces.join('').replace(/[^\p{L}'\u201c\u201d]/gu, '').length,
      };
    })
    .filter(({ places, letters }) => places.length > 0 && letters >= LEAST_LETTERS)
    .sort((a, b) => b.letters - a.letters || b.places.length - a.places.length);
  const first = templates.findIndex(({ letters }) => letters < TELLING_LETTERS);
  const telling = first < 0 ? templates : templates.slice(0, first);
  return { of: translations, telling, others: templates.slice(telling.length) };
}
