/** The German of the extension, for tests that speak it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { speakLanguage } from '../../src/domain/words/speak';
import type { Bundle } from '../../src/text/translate';
import { ROOT } from './images';

export const GERMAN = JSON.parse(
  readFileSync(join(ROOT, 'l10n', 'bundle.l10n.de.json'), 'utf8'),
) as Bundle;

export const speakGerman = (): void => {
  speakLanguage('de', GERMAN);
};
export const speakEnglish = (): void => {
  speakLanguage('en', undefined);
};
