/** faces.parquet: the table of faces with types, in chunks of bytes. */
import { ByteWriter, ParquetWriter, type SchemaElement } from 'hyparquet-writer';
import { PROGRAM } from '../../domain/program';
import { type FaceColumn, faceColumns } from './face-cells';
import type { FaceRows } from './face-rows';

/** Rows of a row group: readers and this writer hold one at a time. */
const GROUP = 20_000;

/** The columns of faces.csv; what is not known is null. Numbers are not rounded. */
export function* facesParquet(rows: FaceRows): Generator<Uint8Array> {
  const columns = faceColumns(rows);
  const faces = rows.clustering.members.length;
  const writer = new ByteWriter(1 << 20);
  const parquet = new ParquetWriter({ writer, schema: schemaOf(columns), createdBy: PROGRAM.text });
  for (let start = 0; start < faces; start += GROUP) {
    const length = Math.min(GROUP, faces - start);
    const columnData = columns.map(({ name, cell }) => ({
      name,
      data: Array.from({ length }, (_, i) => cell(start + i)),
    }));
    void parquet.write({ columnData, rowGroupSize: GROUP }); // waits for nothing: all is in memory
    yield taken(writer);
  }
  void parquet.finish();
  yield taken(writer);
}

function schemaOf(columns: readonly FaceColumn[]): SchemaElement[] {
  return [
    { name: 'faces', num_children: columns.length },
    ...columns.map(({ name, type }): SchemaElement => ({
      name,
      repetition_type: 'OPTIONAL',
      ...(type === 'STRING' ? { type: 'BYTE_ARRAY', converted_type: 'UTF8' } : { type }),
    })),
  ];
}

/** The bytes since the last time; `offset` still counts all. */
function taken(writer: ByteWriter): Uint8Array {
  const bytes = writer.getBytes().slice();
  writer.index = 0;
  return bytes;
}
