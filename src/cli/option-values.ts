/** Parsers of option values. `parseSettings` checks the bounds and the types of the results. */
import { messageOf, UserError } from '../util/errors';
import { readRegularFileSync } from '../util/read-regular-file';

export const toList = (text: string) => text.split(',').map((name) => name.trim());

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
 * @returns the content of a `.json` file, or the text itself (`standardized`, `none`, `rare` or
 * `common`).
 * @throws UserError if the file cannot be read or parsed.
 */
export function toWeights(text: string): unknown {
  if (!text.endsWith('.json')) return text;
  try {
    return JSON.parse(readRegularFileSync(text, MAX_WEIGHTS_BYTES).toString()) as unknown;
  } catch (error) {
    throw new UserError(`cannot read the weights '${text}': ${messageOf(error)}`, { cause: error });
  }
}
