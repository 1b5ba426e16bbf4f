/** The text of CSV files. */

/** Without it Excel takes characters other than ASCII for those of a code page. */
export const BYTE_ORDER_MARK = '\uFEFF';

export const isAscii = (text: string): boolean => !/\P{ASCII}/u.test(text);

/** The content of a CSV file: with a byte order mark if it has other characters than ASCII. */
export const csvText = (csv: string): string => (isAscii(csv) ? csv : BYTE_ORDER_MARK + csv);

/** A cell in quotes, if the comma, quote or line break in it needs them. */
export const csvCell = (text: string): string =>
  /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
