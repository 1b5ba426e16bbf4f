/**
 * Glob patterns: `*` and `?` within a part of a path, `**` across parts, `[a-z]`, `[!a-z]` and
 * `{a,b}`. Letters match in both cases.
 *
 * Patterns come from workspaces, which may be hostile. The libraries translate a pattern to a
 * regular expression, where a few stars take exponential time; here matching takes at most the
 * length of the pattern times that of the path.
 */
import { t } from '../text/translate';
import { messageOf, UserError } from './errors';

/** Bounds of a pattern. */
const MAX_LENGTH = 1000;
const MAX_ALTERNATIVES = 100;

/** One character of a part, or any number of them. */
type Token = '*' | ((character: string) => boolean);
/** Tokens of one part, or any number of parts. */
type Part = '**' | readonly Token[];

/** Tells whether a path, with `/` between its parts, matches. */
export type Glob = (path: string) => boolean;

/**
 * Compiles a pattern. One without a slash matches any part of a path (`*.png`, `raw`), one with a
 * slash the whole of it or the whole of a folder above (`2024/**`, `photos/raw`).
 * @throws UserError that names the pattern and its error.
 */
export function glob(pattern: string): Glob {
  if (pattern.length > MAX_LENGTH)
    throw refusal(
      pattern,
      t('expected at most {0} characters, got {1}', MAX_LENGTH, pattern.length),
    );
  const text = pattern
    .replaceAll('\\', '/')
    .replace(/^\.?\//, '')
    .replace(/\/$/, '');
  if (text === '') throw refusal(pattern, t('expected a name or a path'));
  const alternatives = expandBraces(text, pattern).map((each) =>
    each
      .toLowerCase()
      .split('/')
      .map((part) => (part === '**' ? '**' : tokensOf(part, pattern))),
  );
  const anywhere = !text.includes('/');
  return (path) => {
    const parts = path.toLowerCase().split('/');
    return alternatives.some((alternative) =>
      anywhere
        ? parts.some((part) => matchesSequence(alternative, [part], matchesPart))
        : parts.some((_, i) => matchesSequence(alternative, parts.slice(0, i + 1), matchesPart)),
    );
  };
}

/** @returns what is wrong with a pattern; undefined for a valid one. */
export function globProblem(pattern: string): string | undefined {
  try {
    glob(pattern);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

const refusal = (pattern: string, problem: string) =>
  new UserError(
    t('the pattern {0} is not valid: {1}', JSON.stringify(pattern.slice(0, 60)), problem),
  );

/** `a{b,c}` → `ab`, `ac`. */
function expandBraces(text: string, pattern: string): string[] {
  const done: string[] = [];
  const open = [text];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [whole, inner] = /\{([^{}]*)\}/.exec(next) ?? [];
    if (whole === undefined || inner === undefined) {
      if (/[{}]/.test(next)) throw refusal(pattern, t("a '{' or '}' has no counterpart"));
      done.push(next);
    } else
      for (const each of inner.split(',').reverse()) open.push(next.replace(whole, () => each));
    if (done.length + open.length > MAX_ALTERNATIVES)
      throw refusal(pattern, t('expected at most {0} alternatives in braces', MAX_ALTERNATIVES));
  }
  return done;
}

function tokensOf(part: string, pattern: string): Token[] {
  const tokens: Token[] = [];
  const characters = Array.from(part);
  for (let i = 0; i < characters.length; i++) {
    const character = characters[i]!;
    if (character === '*') tokens.push('*');
    else if (character === '?') tokens.push(() => true);
    else if (character === '[') {
      const end = characters.indexOf(']', i + 2); // `[]]` is a class of one bracket
      if (end < 0) throw refusal(pattern, t("a '[' has no counterpart"));
      tokens.push(classOf(characters.slice(i + 1, end)));
      i = end;
    } else tokens.push((other) => other === character);
  }
  return tokens;
}

/** @param inside characters between the brackets. */
function classOf(inside: readonly string[]): (character: string) => boolean {
  const negated = inside[0] === '!' || inside[0] === '^';
  const ranges: [from: string, to: string][] = [];
  for (let i = negated ? 1 : 0; i < inside.length; i++) {
    const isRange = inside[i + 1] === '-' && i + 2 < inside.length;
    ranges.push([inside[i]!, inside[isRange ? i + 2 : i]!]);
    if (isRange) i += 2;
  }
  return (character) =>
    negated !== ranges.some(([from, to]) => from <= character && character <= to);
}

const matchesPart = (part: Exclude<Part, '**'>, text: string) =>
  matchesSequence(part, Array.from(text), (matches, character) => matches(character));

/**
 * Whether items match a pattern in which a text, `*` or `**`, stands for any number of them. Only
 * the latest of these is ever tried with another number: what lies before it cannot match better.
 */
function matchesSequence<Matcher, Item>(
  pattern: readonly (Matcher | string)[],
  items: readonly Item[],
  matches: (matcher: Matcher, item: Item) => boolean,
): boolean {
  let [p, i] = [0, 0];
  let star: { p: number; i: number } | undefined;
  while (i < items.length) {
    const matcher = pattern[p];
    if (typeof matcher === 'string') star = { p: p++, i };
    else if (matcher !== undefined && matches(matcher, items[i]!)) [p, i] = [p + 1, i + 1];
    else if (star !== undefined) [p, i] = [star.p + 1, ++star.i];
    else return false;
  }
  while (typeof pattern[p] === 'string') p += 1;
  return p === pattern.length;
}
