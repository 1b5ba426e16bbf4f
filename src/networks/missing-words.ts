/** Words without which a network cannot be used (domain/network-words.ts). */
import { basename } from 'node:path';
import type { MissingWord, NetworkWord } from '../domain/network-words';
import { excerpt } from '../text/excerpt';
import { UserError } from '../util/errors';

/** Options of `wrap` for a word. */
const OPTIONS: Partial<Record<NetworkWord, string>> = { mean: '--mean … --std …' };

const optionOf = (word: NetworkWord) => OPTIONS[word] ?? `--${word} …`;

/** Missing for outputs that turned out to be no probabilities. */
export const activationFor = (problem: UserError): MissingWord => ({
  word: 'activation',
  reason: problem.message,
  help: 'sigmoid if each attribute is on its own, softmax if they exclude each other',
});

/** What is missing, and how to say it, to follow the name of the file. */
export function missingText(missing: readonly MissingWord[], file: string): string {
  const reasons = missing.map(({ reason, help }) => `${reason} (${help})`);
  const options = missing.map(({ word }) => optionOf(word)).join(' ');
  const name = excerpt(basename(file), 60);
  return (
    `${reasons.join('; ')}. Say it once with 'face-clusters wrap ${name} --out ${name.replace(/\.onnx$/i, '')}.wrapped.onnx ${options}', ` +
    "or choose 'Use as Attribute Model' in VS Code, which asks for it"
  );
}
