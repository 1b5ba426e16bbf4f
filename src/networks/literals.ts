/**
 * Reads lists and dictionaries as they are written into metadata and side files: JSON, literals of
 * Python (`{0: 'a', 1: "b's"}`), lines, or values between commas.
 */
import * as z from 'zod';
import { t } from '../text/translate';
import { UserError } from '../util/errors';

// Every repetition is bounded, so that no hostile text takes quadratic time. Longer names are
// refused anyway.
const QUOTED = String.raw`'(?:[^'\\]|\\.){0,400}'|"(?:[^"\\]|\\.){0,400}"`;
const NUMBER = String.raw`(?<!\d)\d{1,6}`;
const COLON = String.raw`\s{0,20}:\s{0,20}`;
const KEYED_BY_NUMBER = new RegExp(String.raw`(['"]?)(${NUMBER})\1${COLON}(${QUOTED})`, 'g');
const KEYED_BY_NAME = new RegExp(String.raw`(${QUOTED})${COLON}(${NUMBER})(?![\d.])`, 'g');
const ITEM = new RegExp(QUOTED, 'g');
/** A line with its number: `0 Smiling`, `1: Male`. */
const NUMBERED_LINE = /^(\d{1,6})\s{0,20}[\s:,;=]\s{0,20}(.+)$/;

/**
 * Names in their order: a list, a dictionary of names by number (`id2label`) or of numbers by name
 * (`label2id`), lines, or names between commas.
 * @param source where the text stands, for people.
 * @throws UserError naming the source and what is wrong.
 */
export function namesIn(text: string, source: string): string[] {
  const trimmed = text.replace(/^\uFEFF/, '').trim();
  if (trimmed.startsWith('{')) return namesInDictionary(trimmed, source);
  if (/^[[(]/.test(trimmed)) return itemsOf(trimmed, source);
  const lines = trimmed.split(/\r\n|[\r\n]/).map((line) => line.trim());
  if (lines.length === 1) return splitByCommas(trimmed);
  return withoutNumbers(lines);
}

/** Lists of names by output, as JSON; undefined where it is something else. */
export function namesByOutput(text: string): Map<string, string[]> | undefined {
  if (!/^\s*\{/.test(text)) return undefined;
  try {
    const lists = z.record(z.string(), z.array(z.string())).safeParse(JSON.parse(text));
    return lists.success ? new Map(Object.entries(lists.data)) : undefined;
  } catch {
    return undefined; // no JSON
  }
}

function itemsOf(text: string, source: string): string[] {
  const items = text.match(ITEM) ?? [];
  if (text.replace(ITEM, '').replace(/[\s,[\]()]/g, '') !== '')
    throw new UserError(
      t("{0} is not a list of names in quotes, such as ['Smiling', 'Male']", source),
    );
  return items.map(unquoted);
}

function namesInDictionary(text: string, source: string): string[] {
  const byNumber = [...text.matchAll(KEYED_BY_NUMBER)].map(
    ([, , number, name]) => [Number(number), unquoted(name!)] as const,
  );
  const rest = (pattern: RegExp) => text.replace(pattern, '').replace(/[\s,{}]/g, '');
  if (byNumber.length > 0 && rest(KEYED_BY_NUMBER) === '') return inOrder(byNumber, source);
  const byName = [...text.matchAll(KEYED_BY_NAME)].map(
    ([, name, number]) => [Number(number), unquoted(name!)] as const,
  );
  if (byName.length > 0 && rest(KEYED_BY_NAME) === '') return inOrder(byName, source);
  throw new UserError(
    t("{0} is not a dictionary of names by number, such as {0: 'Smiling', 1: 'Male'}", source),
  );
}

/** @param entries numbers, which have to be 0, 1, 2, … in any order, and names. */
function inOrder(entries: readonly (readonly [number, string])[], source: string): string[] {
  const names: string[] = [];
  for (const [number, name] of [...entries].sort(([a], [b]) => a - b)) {
    if (number !== names.length)
      throw new UserError(
        number === names.length - 1
          ? t(
              '{0} numbers its {1} names other than from 0 to {2}: {3} occurs twice',
              source,
              entries.length,
              entries.length - 1,
              number,
            )
          : t(
              '{0} numbers its {1} names other than from 0 to {2}: {3} is missing',
              source,
              entries.length,
              entries.length - 1,
              names.length,
            ),
      );
    names.push(name);
  }
  return names;
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };

const unquoted = (literal: string): string =>
  literal
    .slice(1, -1)
    .replace(/\\(?:u([0-9a-f]{4})|x([0-9a-f]{2})|(.))/gi, (_, u?: string, x?: string, c = '') =>
      u === undefined && x === undefined
        ? (ESCAPES[c as string] ?? (c as string))
        : String.fromCharCode(parseInt(u ?? x ?? '', 16)),
    );

const splitByCommas = (text: string): string[] =>
  text.split(text.includes(',') ? ',' : ';').map((name) => name.trim());

/** Takes the numbers off lines that are numbered from 0. */
function withoutNumbers(lines: readonly string[]): string[] {
  const numbered = lines.map((line, i) => {
    const [, number, name] = NUMBERED_LINE.exec(line) ?? [];
    return Number(number) === i ? name?.trim() : undefined;
  });
  return numbered.every((name) => name !== undefined) ? numbered : [...lines];
}

/**
 * Numbers of a list in any brackets, between commas, semicolons or spaces; undefined if it is none.
 */
export function numbersIn(text: string): number[] | undefined {
  const plain = text.replace(/\b(?:np\.|numpy\.|torch\.)?(?:array|tensor|float32)\b/g, '');
  const parts = plain.split(/[\s,;[\](){}]+/).filter((part) => part !== '');
  const numbers = parts.map((part) => Number(part));
  return parts.length > 0 && numbers.every(Number.isFinite) ? numbers : undefined;
}
