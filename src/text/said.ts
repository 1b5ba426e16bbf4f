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
  /** Letters of the pieces. */
  letters: number;
}

/** Longest text that is looked at. */
const MAX_LENGTH = 4000;
/** Fewest letters that tell a template from other text. */
const LEAST_LETTERS = 3;
/** Sentences within sentences. */
const MAX_DEPTH = 3;

let known: { of: ReadonlyMap<string, string>; templates: Template[] } | undefined;

/** The translation of a finished sentence; the sentence itself where it is not known. */
export function said(text: string, depth = MAX_DEPTH): string {
  const translations = spoken();
  if (translations.size === 0 || text.length > MAX_LENGTH) return text;
  const whole = translations.get(text) ?? numbered(text);
  if (whole !== undefined || depth === 0) return whole ?? text;
  const about = named(text, depth);
  if (about !== undefined) return about;
  if (known?.of !== translations)
    known = { of: translations, templates: templatesOf(translations) };
  for (const { message, pieces, places } of known.templates) {
    const parts = partsBetween(text, pieces);
    if (parts === undefined) continue;
    const values: string[] = [];
    for (const [i, place] of places.entries())
      values[place] = isQuoted(pieces, i) ? parts[i]! : said(parts[i]!, depth - 1);
    return filled(message, values);
  }
  return text;
}

/** A sentence about something that is known: `K-Means: there is no face`. */
function named(text: string, depth: number): string | undefined {
  const [, name, sentence] = /^([^:]{1,60}): ([^]+)$/.exec(text) ?? [];
  const translation = name === undefined ? undefined : spoken().get(name);
  if (translation === undefined) return undefined;
  const translated = said(sentence!, depth - 1);
  return translated === sentence ? undefined : `${translation}: ${translated}`;
}

/** Whether a value stands in quotes: what a person or a file calls something stays as it is. */
const isQuoted = (pieces: readonly string[], i: number): boolean =>
  /[“']$/.test(pieces[i]!) && /^[”']/.test(pieces[i + 1]!);

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
function templatesOf(translations: ReadonlyMap<string, string>): Template[] {
  return [...translations.keys()]
    .map((message) => {
      const pieces = message.split(/\{\d+\}/);
      const places = [...message.matchAll(/\{(\d+)\}/g)].map(([, digits]) => Number(digits));
      return { message, pieces, places, letters: pieces.join('').replace(/\P{L}/gu, '').length };
    })
    .filter(({ places, letters }) => places.length > 0 && letters >= LEAST_LETTERS)
    .sort((a, b) => b.letters - a.letters || b.places.length - a.places.length);
}
