/**
 * What a network's own metadata say of it: this project's entries, and common ones of other
 * programs.
 */
import { NETWORK_WORDS, type NetworkWord } from '../domain/network-words';
import { t } from '../text/translate';
import { type SaidWords } from './said-words';

const PREFIX = 'face_clusters.';

/** Keys of other programs, by word, the better ones first. Compared in lower case. */
const FOREIGN_KEYS: Partial<Record<NetworkWord, readonly string[]>> = {
  names: ['names', 'class_names', 'classes', 'labels', 'attributes', 'id2label', 'label2id', 'categories'],
  mean: ['mean', 'image_mean', 'pixel_mean', 'norm_mean'],
  std: ['std', 'image_std', 'pixel_std', 'norm_std', 'stddev'],
  scale: ['scale'],
  layout: ['layout', 'data_format', 'input_layout'],
  channels: ['channels', 'color_format', 'color_order', 'channel_order', 'color', 'color_space'],
  activation: ['activation', 'output_activation', 'final_activation'],
  groups: ['groups'],
}; // prettier-ignore

/** What the other programs' words for a layout and for colors mean here. */
const TRANSLATED: Partial<Record<NetworkWord, Readonly<Record<string, string>>>> = {
  layout: { channels_first: 'nchw', channels_last: 'nhwc', chw: 'nchw', hwc: 'nhwc' },
};

/** Keys whose texts of other programs are taken only if they are understood. */
const CHOICES: Partial<Record<NetworkWord, readonly string[]>> = {
  layout: ['nchw', 'nhwc'],
  channels: ['rgb', 'bgr'],
  activation: ['sigmoid', 'softmax', 'none', 'embedding'],
};

/** Entry that `wrap` writes: all is applied, and nothing else says anything of the network. */
export const WRAPPED_ENTRY = `${PREFIX}wrapped`;

/** @param entries metadata by key. */
export function metadataWords(entries: ReadonlyMap<string, string>): SaidWords {
  const said: SaidWords = {};
  const own = (word: NetworkWord) =>
    word === 'names'
      ? 'attributes' // older than the words, and a list of JSON
      : word;
  for (const word of NETWORK_WORDS) {
    const text = entries.get(PREFIX + own(word));
    // Framing holds the size too, and is read by model-metadata.ts.
    if (text !== undefined && word !== 'framing')
      said[word] = { text, source: t("its metadata '{0}'", PREFIX + own(word)) };
  }
  if (entries.has(WRAPPED_ENTRY)) return said;
  return { ...ultralytics(entries), ...foreignWords(entries), ...said };
}

function foreignWords(entries: ReadonlyMap<string, string>): SaidWords {
  const said: SaidWords = {};
  const byKey = new Map([...entries].map(([key, text]) => [key.toLowerCase(), { key, text }]));
  for (const [word, keys] of Object.entries(FOREIGN_KEYS) as [NetworkWord, readonly string[]][]) {
    for (const each of keys) {
      const found = byKey.get(each);
      if (found === undefined || said[word] !== undefined) continue;
      const text = understood(word, found.text);
      if (text !== undefined) said[word] = { text, source: t("its metadata '{0}'", found.key) };
    }
  }
  return said;
}

/** The text in this project's words; undefined where it may mean something else. */
export function understood(word: NetworkWord, text: string): string | undefined {
  const plain = text
    .trim()
    .toLowerCase()
    .replace(/^["'](.*)["']$/, '$1');
  const choices = CHOICES[word];
  if (choices === undefined) return text.trim() === '' ? undefined : text;
  const translated = TRANSLATED[word]?.[plain] ?? plain;
  return choices.includes(translated) ? translated : undefined;
}

/** Classifiers of Ultralytics take pixels from 0 to 1, and say so by their author only. */
function ultralytics(entries: ReadonlyMap<string, string>): SaidWords {
  if (entries.get('author') !== 'Ultralytics' || entries.get('task') !== 'classify') return {};
  const source = t("its metadata 'author' (Ultralytics)");
  return { mean: { text: '0', source }, std: { text: '1', source } };
}
