/** Columns of faces.csv between the image and the silhouette, which are no attributes. */
export const PLACE_COLUMNS = ['face', 'x', 'y', 'width', 'height', 'score', 'cluster'] as const;

/** All columns of faces.csv between the image and the attributes. */
export const FACE_COLUMNS: readonly string[] = [...PLACE_COLUMNS, 'silhouette'];
