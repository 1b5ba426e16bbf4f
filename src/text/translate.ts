/**
 * The language of what people read. Texts are written in English where they are used, and `t` looks
 * them up in the bundle of the language (l10n/bundle.l10n.*.json, in the form of VS Code's own).
 * Programs that set no language, such as the engine and the command line, speak English.
 */

/** Translations by the English text, with the same placeholders. */
export type Bundle = Readonly<Record<string, string>>;

const ENGLISH = 'en';

let tag = ENGLISH;
let translations: ReadonlyMap<string, string> = new Map();

/** Sets the language of this program. @param bundle undefined where there is none: English. */
export function speak(language: string, bundle: Bundle | undefined): void {
  tag = bundle === undefined ? ENGLISH : language;
  translations = new Map(Object.entries(bundle ?? {}));
}

/** What `make` says in English: for files, which hold the same in all languages. */
export function inEnglish<T>(make: () => T): T {
  const [language, others] = [tag, translations];
  [tag, translations] = [ENGLISH, new Map<string, string>()];
  try {
    return make();
  } finally {
    [tag, translations] = [language, others];
  }
}

/** BCP 47 tag of the language that is spoken. */
export const language = (): string => tag;

/** The translations that are spoken, by the English text; none for English. */
export const spoken = (): ReadonlyMap<string, string> => translations;

/** Texts that are known where the program is written; a test finds them by this. */
export type Literal<S extends string> = string extends S ? never : S;

/**
 * A text in the language that is spoken.
 * @param message in English, a literal, with placeholders `{0}`, `{1}`, …. The translation of one
 * may ask for the dative of a number with its noun: `{0:dative}`.
 */
export const t = <S extends string>(
  message: Literal<S>,
  ...values: readonly (string | number)[]
): string => filled(message, values);

/** The translation of a text that is no literal, or the text itself. */
export const translated = (text: string): string => translations.get(text) ?? text;

/** The translation of a message that is no literal, with its values. */
export const filled = (message: string, values: readonly (string | number)[]): string =>
  fill(translated(message), values);

function fill(message: string, values: readonly (string | number)[]): string {
  if (values.length === 0) return message;
  return message.replace(
    /\{(\d+)(:dative)?\}/g,
    (placeholder, index: string, isDative?: string) => {
      const value = values[Number(index)];
      if (value === undefined) return placeholder;
      const text = String(value);
      return isDative === undefined ? text : dative(text);
    },
  );
}

/** German: `3 Bilder` → `3 Bildern`; a singular, and a plural in n or s, stay as they are. */
const dative = (text: string): string =>
  /^(?!1 )\d.*\p{L}$/u.test(text) && !/[ns]$/.test(text) ? `${text}n` : text;
