/** Numbers and names as people read them, in the language that is spoken. */
import { language, type Literal, t, translated } from './translate';

/** 9490 → `9,490`. */
export const count = (value: number): string => value.toLocaleString(language());

/** 1, 'face' → `1 face`; 2, 'face' → `2 faces`. */
export const plural = <S extends string, P extends string>(
  value: number,
  noun: Literal<S>,
  nouns?: Literal<P>,
): string => `${count(value)} ${translated(value === 1 ? noun : (nouns ?? `${noun}s`))}`;

/** The point or comma of the language. */
export const decimalPoint = (): string => (0.5).toLocaleString(language()).charAt(1);

/** 0.5, 2 → `0.50`, with the point or comma of the language. */
export const decimal = (value: number, digits: number): string =>
  value.toFixed(digits).replace('.', decimalPoint());

/** A day and a time, as the language writes them. */
export const dateTime = (at: string | number): string => new Date(at).toLocaleString(language());

/** 0.127 → `13 %`; 0.0127 → `1.3 %`. */
export const percent = (share: number): string =>
  `${decimal(share * 100, share > 0 && share < 0.0995 ? 1 : 0)} %`;

/** A silhouette with three decimals, or a dash where it is not defined. */
export const silhouetteText = (value: number | null): string =>
  value === null ? '–' : decimal(value, 3);

/** Titles of what is no cluster: −1, −2 and −3. */
const SPECIAL_TITLES = ['Noise', 'Not faces', 'Copies'] as const;

/** `Cluster 3`, `Noise` for −1, `Not faces` for −2, or `Copies` for −3. */
export function clusterTitle(id: number): string {
  const special = SPECIAL_TITLES[-id - 1];
  return special === undefined ? t('Cluster {0}', String(id)) : t(special);
}
