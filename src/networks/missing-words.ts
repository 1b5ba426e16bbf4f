/** Words without which a network cannot be used (domain/network-words.ts). */
import { basename } from 'node:path';
import type { MissingWord, NetworkWord } from '../domain/network-words';
import { excerpt } from '../text/excerpt';
import { t } from '../text/translate';
import { UserError } from '../util/errors';

/** Options of `wrap` for a word. */
const OPTIONS: Partial<Record<NetworkWord, string>> = { mean: '--mean … --std …' };

const optionOf = (word: NetworkWord) => OPTIONS[word] ?? `--${word} …`;

/** Missing for outputs that turned out to be no probabilities. */
export const activationFor = (problem: UserError): MissingWord => ({
  word: 'activation',
  reason: problem.message,
  help: t('sigmoid if each attribute is on its own, softmax if they exclude each other'),
});

/** What is missing, and how to say it, to follow the name of the file. */
export function missingText(missing: readonly MissingWord[], file: string): string {
  const reasons = missing.map(({ reason, help }) => `${reason} (${help})`);
  const options = missing.map(({ word }) => optionOf(word)).join(' ');
  const name = excerpt(basename(file), 60);
  return t(
    "{0}. Say it once with 'face-clusters wrap {1} --out {2}.wrapped.onnx {3}', or choose 'Use as Attribute Model' in VS Code, which asks for it",
    reasons.join('; '),
    name,
    name.replace(/\.onnx$/i, ''),
    options,
  );
}
