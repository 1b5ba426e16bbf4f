/** Sets the language of a program: of its own texts, and of what zod says of values. */
import * as z from 'zod';
import german from 'zod/v4/locales/de.js';
import { type Bundle, speak } from '../../text/translate';
import { own } from '../../util/own';

/** By the language's first subtag. */
const VALUES = { de: german };

/**
 * Has to be called before any text is made.
 * @param language BCP 47 tag. @param bundle undefined where there is none: English.
 */
export function speakLanguage(language: string, bundle: Bundle | undefined): void {
  speak(language, bundle);
  const values = bundle && own(VALUES, language.split('-')[0]!.toLowerCase());
  if (values !== undefined) z.config(values());
}
