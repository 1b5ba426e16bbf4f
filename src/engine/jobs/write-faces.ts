/** Writes the table of faces in each of the formats that are asked for. */
import type { TableFormat } from '../../domain/settings';
import type { FileContent } from '../../util/file-content';
import type { WriteFile } from '../../util/output-folder';
import type { FaceRows } from './face-rows';
import { faceTable } from './face-table';
import { facesJsonl } from './faces-jsonl';
import { facesParquet } from './faces-parquet';
import { facesFile } from './outputs';

const CONTENTS: Record<TableFormat, (rows: FaceRows) => FileContent> = {
  csv: faceTable,
  jsonl: facesJsonl,
  parquet: facesParquet,
};

export async function writeFaces(
  write: WriteFile,
  rows: FaceRows,
  formats: readonly TableFormat[],
): Promise<void> {
  for (const format of formats) await write(facesFile(format), CONTENTS[format](rows));
}
