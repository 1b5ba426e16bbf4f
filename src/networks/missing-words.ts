/** Words without which a network cannot be used (domain/network-words.ts). */
import { basename } from 'node:path';
import type { NetworkWord } from '../domain/network-words';
import { excerpt } from '../text/excerpt';
import { UserError } from '../util/errors';

export interface Missing {
  word: NetworkWord;
  /** Why it is needed, for people. */
  reason: string;
  /** What to say. */
  help: string;
}

/** Options of `wrap` for a word. */
const OPTIONS: Partial<Record<NetworkWord, string>> = { mean: '--mean … --std …' };

const optionOf = (word: NetworkWord) => OPTIONS[word] ?? `--${word} …`;

/** @throws UserError, which does not name the file in front, where words are missing. */
export function requireNone(missing: readonly Missing[], file: string): void {
  if (missing.length === 0) return;
  const reasons = missing.map(({ reason, help }) => `${reason} (${help})`);
  const options = missing.map(({ word }) => optionOf(word)).join(' ');
  const name = excerpt(basename(file), 60);
  throw new UserError(
    `${reasons.join('; ')}. Say it once with 'face-clusters wrap ${name} --out ${name.replace(/\.onnx$/i, '')}.wrapped.onnx ${options}', ` +
      "or choose 'Use as Attribute Model' in VS Code, which asks for it",
  );
}
