/** Columns of the tables of faces (docs/results.md). */

/** Columns of faces.csv between the image and the silhouette, which are no attributes. */
export const PLACE_COLUMNS = ['face', 'x', 'y', 'width', 'height', 'score', 'cluster'] as const;

/** Columns before the attributes. */
export const FIRST_COLUMNS = ['image', ...PLACE_COLUMNS, 'silhouette'] as const;

/** Columns after the attributes' probabilities, and before whether each is present. */
export const DETAIL_COLUMNS = [
  'path',
  'image_width',
  'image_height',
  'left_eye_x',
  'left_eye_y',
  'right_eye_x',
  'right_eye_y',
  'mouth_x',
  'mouth_y',
  'distance',
  'projection_x',
  'projection_y',
] as const;

/** Columns after all others: the names of the attributes that a person marked. */
export const LAST_COLUMNS = ['marked'] as const;

/** Names of the columns of the attributes, in their order. */
export interface AttributeColumns {
  probabilities: string[];
  /** Of 0 or 1. */
  present: string[];
}

/** Names of columns, each of which no other column has: attributes may have any name. */
export function attributeColumns(attributes: readonly string[]): AttributeColumns {
  const taken = new Set<string>([...FIRST_COLUMNS, ...DETAIL_COLUMNS, ...LAST_COLUMNS]);
  const unique = (name: string, suffix: string) => {
    let column = name;
    while (taken.has(column)) column += suffix;
    taken.add(column);
    return column;
  };
  const probabilities = attributes.map((name) => unique(name, '_attribute'));
  return {
    probabilities,
    present: probabilities.map((name) => unique(`${name}_present`, '_attribute')),
  };
}

/**
 * The columns that are attributes in a table of faces of this program.
 * @param header names of all columns, in order.
 * @returns from `start` to before `end`; undefined for other tables.
 */
export function ownAttributes(
  header: readonly string[],
): { start: number; end: number } | undefined {
  if (!FIRST_COLUMNS.every((name, i) => header[i] === name)) return undefined;
  const end = header.indexOf(DETAIL_COLUMNS[0]);
  return { start: FIRST_COLUMNS.length, end: end < 0 ? header.length : end };
}
