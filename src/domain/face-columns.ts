/** Columns of faces.csv between the image and the silhouette, which are no attributes. */
export const PLACE_COLUMNS = ['face', 'x', 'y', 'width', 'height', 'score', 'cluster'] as const;

/** Columns before the attributes. */
const FIRST_COLUMNS = ['image', ...PLACE_COLUMNS, 'silhouette'] as const;

/**
 * The columns that are attributes in a table of faces of this program.
 * @param header names of all columns, in order.
 * @returns from `start` to before `end`; undefined for other tables.
 */
export function ownAttributes(
  header: readonly string[],
): { start: number; end: number } | undefined {
  if (!FIRST_COLUMNS.every((name, i) => header[i] === name)) return undefined;
  return { start: FIRST_COLUMNS.length, end: header.length };
}
