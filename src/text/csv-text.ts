/**
 * The content of a CSV file: with a byte order mark if it has other characters than ASCII. Without
 * it Excel takes them for those of a code page.
 */
export const csvText = <Content extends string | Uint8Array>(csv: Content): Content | string =>
  typeof csv === 'string' && /\P{ASCII}/u.test(csv) ? `\uFEFF${csv}` : csv;
