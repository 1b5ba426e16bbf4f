/** Numbers and names as people read them. */

const whole = new Intl.NumberFormat('en');

/** 9490 → `9,490`. */
export const count = (value: number): string => whole.format(value);

/** 1, 'face' → `1 face`; 2, 'face' → `2 faces`. */
export const plural = (value: number, noun: string, nouns = `${noun}s`): string =>
  `${count(value)} ${value === 1 ? noun : nouns}`;

/** 0.127 → `12.7 %`. */
export const percent = (share: number): string =>
  `${(share * 100).toFixed(share > 0 && share < 0.0995 ? 1 : 0)} %`;

/** A silhouette with three decimals, or a dash where it is not defined. */
export const silhouetteText = (value: number | null): string =>
  value === null ? '–' : value.toFixed(3);

/** Titles of what is no cluster: −1, −2 and −3. */
const SPECIAL_TITLES = ['Noise', 'Not faces', 'Copies'] as const;

/** `Cluster 3`, `Noise` for −1, `Not faces` for −2, or `Copies` for −3. */
export const clusterTitle = (id: number): string =>
  SPECIAL_TITLES[-id - 1] ?? `Cluster ${String(id)}`;
