/** Parsers of option values. `parseSettings` checks the bounds and the types of the results. */
import { decodeText } from '../text/decode-text';
import { UserError } from '../util/errors';
import { fsReason } from '../util/fs-errors';
import { readRegularFileSync } from '../util/read-regular-file';

/** Names with commas between them, or a JSON list, in which names may have commas. */
export const toList = (text: string): string[] =>
  jsonList(text) ?? text.split(',').map((name) => name.trim());

function jsonList(text: string): string[] | undefined {
  if (!text.startsWith('[')) return undefined;
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) && list.every((each) => typeof each === 'string') ? list : undefined;
  } catch {
    return undefined; // a name that begins with a bracket
  }
}

/** @returns a number, or the text itself if it is none, for `parseSettings` to reject. */
export function toNumber(text: string): unknown {
  const number = Number(text);
  return text.trim() !== '' && Number.isFinite(number) ? number : text;
}

/** @returns a number, or the numbers of a list with commas. */
export const toNumbers = (text: string): unknown =>
  text.includes(',') ? text.split(',').map(toNumber) : toNumber(text);

export const toNumberOrAuto = (text: string) => (text === 'auto' ? text : toNumber(text));

/** Maximum size of a weights file in bytes. A thousand attributes take about 50 kB. */
const MAX_WEIGHTS_BYTES = 1e6;

/**
 * @returns the content of a `.json` file, JSON itself, or the text itself (`standardized`, `none`,
 * `rare` or `common`).
 * @throws UserError if the file cannot be read or parsed.
 */
export function toWeights(text: string): unknown {
  const isJson = text.startsWith('{');
  if (!isJson && !text.endsWith('.json')) return text;
  try {
    const json = isJson ? text : decodeText(readRegularFileSync(text, MAX_WEIGHTS_BYTES));
    return JSON.parse(json) as unknown;
  } catch (error) {
    throw new UserError(`cannot read the weights '${text}': ${fsReason(error)}`, { cause: error });
  }
}
