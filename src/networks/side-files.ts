/**
 * What files beside a network say of it: `model.onnx.json` or `model.json`, `model.onnx.names.txt`
 * or `model.names.txt` (a name a line), and Hugging Face's `config.json` and
 * `preprocessor_config.json`.
 */
import { basename, dirname, extname, join } from 'node:path';
import { NETWORK_WORDS, type NetworkWord } from '../domain/network-words';
import { decodeText } from '../text/decode-text';
import { t } from '../text/translate';
import { codeOf, messageOf, UserError } from '../util/errors';
import { readRegularFile } from '../util/read-regular-file';
import { understood } from './metadata-words';
import { joinedWords, type SaidWords } from './said-words';

/** Bytes of a file: enough for 10,000 names of 200 characters. */
const MAX_BYTES = 4e6;

export interface SideFiles {
  /** Words that were written for this network: they count more than its metadata. */
  own: SaidWords;
  /** Words of Hugging Face, which may be of another network in the folder: they count less. */
  shared: SaidWords;
  /** Paths of all files that were looked for, whether they exist or not. */
  files: string[];
}

/**
 * @param file path of the network.
 * @throws UserError naming a file that cannot be read or understood.
 */
export async function readSideFiles(file: string, signal?: AbortSignal): Promise<SideFiles> {
  const stem = file.slice(0, file.length - extname(file).length);
  const [jsons, lists] = [
    [`${file}.json`, `${stem}.json`],
    [`${file}.names.txt`, `${stem}.names.txt`],
  ];
  const folder = dirname(file);
  const [config, preprocessor] = ['config.json', 'preprocessor_config.json'].map((name) =>
    join(folder, name),
  ) as [string, string];
  const own: SaidWords[] = [];
  for (const path of jsons) own.push(ownWords(await readJson(path, signal), basename(path)));
  for (const path of lists) {
    const text = await read(path, signal);
    if (text !== undefined) own.push({ names: { text, source: `'${basename(path)}'` } });
  }
  return {
    own: joinedWords(...own),
    shared: {
      ...preprocessorWords(asRecord(await readLoosely(preprocessor, signal))),
      ...configWords(asRecord(await readLoosely(config, signal))),
    },
    files: [...jsons, ...lists, config, preprocessor],
  };
}

/** @returns undefined where there is no such file. */
async function read(path: string, signal: AbortSignal | undefined): Promise<string | undefined> {
  try {
    return decodeText(await readRegularFile(path, MAX_BYTES, signal));
  } catch (error) {
    signal?.throwIfAborted();
    if (['ENOENT', 'ENOTDIR'].includes(codeOf(error) ?? '')) return undefined;
    throw unreadable(path, error);
  }
}

const unreadable = (path: string, error: unknown) =>
  new UserError(t("'{0}' beside it cannot be read: {1}", basename(path), messageOf(error)), {
    cause: error,
  });

async function readJson(path: string, signal: AbortSignal | undefined): Promise<unknown> {
  const text = await read(path, signal);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** Like `readJson`; undefined where the file, which may be anything, is no JSON. */
const readLoosely = (path: string, signal: AbortSignal | undefined): Promise<unknown> =>
  readJson(path, signal).catch((error: unknown) => {
    if (error instanceof UserError) return undefined;
    throw error;
  });

const asRecord = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};

/** Other keys for the words. */
const ALIASES: Readonly<Record<string, NetworkWord>> = {
  attributes: 'names', classes: 'names', class_names: 'names', labels: 'names', id2label: 'names', label2id: 'names',
  image_mean: 'mean', image_std: 'std',
}; // prettier-ignore

function ownWords(content: unknown, name: string): SaidWords {
  const said: SaidWords = {};
  const source = `'${name}'`;
  if (Array.isArray(content)) return { names: { text: textOf(content) ?? '[', source } };
  for (const [key, value] of Object.entries(asRecord(content))) {
    const plain = key.toLowerCase();
    const word = NETWORK_WORDS.find((each) => each === plain) ?? ALIASES[plain];
    if (word === undefined || value === null || said[word] !== undefined) continue;
    const text = textOf(value);
    if (text === undefined) throw new UserError(t("'{0}' has '{1}' nested too deeply", name, key));
    said[word] = { text: understood(word, text) ?? text, source: `${source} ('${key}')` };
  }
  return said;
}

/** @returns undefined for what is nested so deeply that it cannot be written. */
function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  try {
    return JSON.stringify(value);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** https://huggingface.co/docs/transformers: `problem_type` decides the activation. */
function configWords({ id2label, problem_type: problem }: Record<string, unknown>): SaidWords {
  const source = "'config.json'";
  const activation =
    problem === 'single_label_classification'
      ? 'softmax'
      : problem === 'multi_label_classification'
        ? 'sigmoid'
        : undefined;
  return {
    ...(typeof id2label === 'object' && id2label !== null
      ? { names: { text: textOf(id2label) ?? '{', source } }
      : {}),
    ...(activation === undefined ? {} : { activation: { text: activation, source } }),
  };
}

function preprocessorWords(config: Record<string, unknown>): SaidWords {
  const source = "'preprocessor_config.json'";
  const words: SaidWords = {};
  const say = (word: NetworkWord, value: unknown) => {
    words[word] = { text: textOf(value) ?? '', source };
  };
  // With an offset, pixels are scaled to -1 to 1 in a way of its own.
  if (!Array.isArray(config.image_mean) || config.rescale_offset === true) return {};
  const isNormalized = config.do_normalize !== false;
  say('mean', isNormalized ? config.image_mean : 0);
  say('std', isNormalized ? (config.image_std ?? 1) : 1);
  if (config.do_rescale === false) say('scale', 1);
  else if (typeof config.rescale_factor === 'number' && config.rescale_factor > 0)
    say('scale', Math.round(1e6 / config.rescale_factor) / 1e6);
  const size = sizeText(config.crop_size) ?? sizeText(config.size);
  if (size !== undefined) say('size', size);
  return words;
}

/** A number, `{ height, width }` or `{ shortest_edge }`. */
function sizeText(size: unknown): string | undefined {
  if (typeof size === 'number') return String(size);
  const { height, width, shortest_edge: edge } = asRecord(size);
  if (typeof height === 'number' && typeof width === 'number') return `${width}x${height}`;
  return typeof edge === 'number' ? String(edge) : undefined;
}
