/** Changes the case of the first letter of a text. */
import { language } from './translate';

export const upperFirst = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
/** In English; nouns of other languages begin with a capital anywhere. */
export const lowerFirst = (text: string): string =>
  language() === 'en' ? text.charAt(0).toLowerCase() + text.slice(1) : text;
