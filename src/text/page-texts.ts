/** How a page gets the language that its host speaks. */
import { type Bundle, language, spoken } from './translate';

/** Id of the element that holds them, as JSON; a page in English has none. */
export const PAGE_TEXTS = 'texts';

export interface PageTexts {
  language: string;
  bundle: Bundle;
}

/** Those that are spoken here; undefined for English. */
export const spokenTexts = (): PageTexts | undefined =>
  spoken().size === 0 ? undefined : { language: language(), bundle: Object.fromEntries(spoken()) };

/** The element, for the body of a page before its script. It is data, which no policy blocks. */
export function pageTextsElement(texts: PageTexts | undefined): string {
  if (texts === undefined) return '';
  // As an escape of JSON, '<' cannot end the element early.
  const json = JSON.stringify(texts).replaceAll('<', '\\u003c');
  return `<script type="application/json" id="${PAGE_TEXTS}">${json}</script>\n`;
}
