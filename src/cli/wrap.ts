/**
 * The command `face-clusters wrap`: writes a copy of a network that also says what its own file
 * does not, such as the scale of its input or the names of its attributes.
 */
import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { NETWORK_WORDS, type NetworkWords } from '../domain/network-words';
import { decodeText } from '../text/decode-text';
import { plural } from '../text/numbers';
import { UserError } from '../util/errors';
import { fsReason } from '../util/fs-errors';
import { readRegularFileSync } from '../util/read-regular-file';
import type { CliContext, CliOptions } from './context';
import { printLines } from './print';
import { withSession } from './session';

/** Bytes of a file of names: enough for 10,000 names of 200 characters. */
const MAX_NAMES_BYTES = 4e6;

export async function wrapCommand(
  file: string,
  options: CliOptions,
  context: CliContext,
): Promise<void> {
  const out = resolve(options.out);
  const words = wordsIn(options);
  const params = {
    file: resolve(file),
    out,
    overwrite: options.overwrite === true,
    words,
    wordsFrom: 'options' as const,
  };
  const result = await withSession(context, options, dirname(out), ({ engine, call }) =>
    engine.call('wrapNetwork', params, call),
  );
  if (result.kind === 'missing') throw new UserError(result.problem);
  const { lines, info } = result;
  const { attributes, crop, notices, isEmbedding = false } = info;
  const [content, howToUse] = isEmbedding
    ? [`embeddings of ${plural(attributes.length, 'number')}`, '--model and --features embedding']
    : [plural(attributes.length, 'attribute'), '--model'];
  printLines([
    ...lines,
    ...notices.map((notice) => `note: ${notice}`),
    `written to ${out}: ${content}, crops of ${crop.width}×${crop.height} pixels; use it with ${howToUse}`,
  ]);
}

function wordsIn(options: CliOptions): NetworkWords {
  const words: NetworkWords = {};
  for (const word of NETWORK_WORDS) {
    const value = options[word];
    if (typeof value === 'string') words[word] = word === 'names' ? namesText(value) : value;
  }
  if (options.embedding === true) words.activation = 'embedding';
  return words;
}

/** The names themselves, or the content of the file that holds them. */
function namesText(value: string): string {
  const isFile = existsSync(value);
  if (!isFile && !/\.(txt|json|csv|names|labels)$/i.test(value)) return value;
  try {
    return decodeText(readRegularFileSync(value, MAX_NAMES_BYTES));
  } catch (error) {
    throw new UserError(`cannot read the names in '${value}': ${fsReason(error)}`, {
      cause: error,
    });
  }
}
