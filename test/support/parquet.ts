/** Writes .parquet files as data sets of Hugging Face have them. */
import { type ParquetWriteOptions, parquetWriteBuffer } from 'hyparquet-writer';

export interface ImageRow {
  bytes: Uint8Array | null;
  path: string | null;
}

type SchemaElement = NonNullable<ParquetWriteOptions['schema']>[number];

const root = (children: number): SchemaElement => ({ name: 'schema', num_children: children });
const leaf = (name: string, text = false): SchemaElement => ({
  name,
  type: 'BYTE_ARRAY',
  repetition_type: 'OPTIONAL',
  ...(text ? { converted_type: 'UTF8' } : {}),
});

type Options = Partial<Omit<ParquetWriteOptions, 'writer' | 'columnData' | 'schema'>>;

/** A column of structures of the image and its name, after one of captions. */
export function imageParquet(rows: readonly (ImageRow | null)[], options: Options = {}): Buffer {
  return Buffer.from(
    parquetWriteBuffer({
      columnData: [
        { name: 'caption', data: rows.map(() => 'a face') },
        { name: 'image', data: [...rows] },
      ],
      schema: [
        root(2),
        leaf('caption', true),
        { name: 'image', num_children: 2, repetition_type: 'OPTIONAL' },
        leaf('bytes'),
        leaf('path', true),
      ],
      ...options,
    }),
  );
}

/** A plain column of images. */
export const binaryParquet = (images: readonly Uint8Array[], options: Options = {}): Buffer =>
  Buffer.from(
    parquetWriteBuffer({
      columnData: [{ name: 'jpg', data: [...images], type: 'BYTE_ARRAY', nullable: false }],
      ...options,
    }),
  );
