/** The pictures of faces that are parts of a sheet; see `TypicalFaces`. */
import { SHEET_COLUMNS } from '../../src/domain/faces';
import { dataUrl } from '../source';

/** The CSS rule that gives buttons their parts of a sheet, once it can be drawn. */
export async function sheetRule(sheet: Uint8Array, faces: number): Promise<string> {
  const image = new Image();
  image.src = dataUrl(sheet, 'image/jpeg');
  await image.decode().catch(() => undefined); // a damaged one leaves the buttons without faces
  const rows = Math.ceil(faces / SHEET_COLUMNS);
  return `.face { --rows: ${rows}; background-image: url('${image.src}') }`;
}
