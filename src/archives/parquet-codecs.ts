/** Decompresses pages of .parquet files, never to more than the size that they declare. */
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { decompress as decompressZstandard } from 'fzstd';
import { type CompressionCodec, snappyUncompress } from 'hyparquet';
import { t } from '../text/translate';
import { UserError } from '../util/errors';

type Decompress = (bytes: Uint8Array, size: number) => Uint8Array;

const CODECS: Partial<Record<CompressionCodec, Decompress>> = {
  UNCOMPRESSED: (bytes) => bytes,
  SNAPPY: (bytes, size) => {
    const output = new Uint8Array(size);
    snappyUncompress(bytes, output);
    return output;
  },
  GZIP: (bytes, size) => gunzipSync(bytes, { maxOutputLength: Math.max(1, size) }),
  BROTLI: (bytes, size) => brotliDecompressSync(bytes, { maxOutputLength: Math.max(1, size) }),
  ZSTD: (bytes, size) => decompressZstandard(bytes, new Uint8Array(size)),
};

/** @throws UserError where the codec is not supported, or the data are damaged. */
export function decompressed(bytes: Buffer, codec: CompressionCodec, size: number): Buffer {
  if (size === 0) return Buffer.alloc(0);
  const decompress = CODECS[codec];
  if (decompress === undefined)
    throw new UserError(
      t('it is compressed with {0}: expected one of {1}', codec, Object.keys(CODECS).join(', ')),
    );
  let output: Uint8Array;
  try {
    output = decompress(bytes, size);
  } catch (error) {
    throw new UserError(t('it is damaged: its compressed data are invalid'), { cause: error });
  }
  if (output.length !== size)
    throw new UserError(t('it is damaged: its data have another size than is declared'));
  return Buffer.from(output.buffer, output.byteOffset, output.byteLength);
}
