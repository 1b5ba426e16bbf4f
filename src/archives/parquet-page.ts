/**
 * Decodes pages of byte arrays. Unlike the decoder of hyparquet, it makes no more values than a
 * page declares, and reads none beyond its end: a few bytes can stand for one value two billion
 * times.
 */
import type { CompressionCodec, PageHeader } from 'hyparquet';
import { t } from '../text/translate';
import { UserError } from '../util/errors';
import { decompressed } from './parquet-codecs';

/** What is common to the pages of a column. */
export interface PageFormat {
  codec: CompressionCodec;
  /** Definition level of a value that is there; 0 where no value can be missing. */
  maxLevel: number;
  /** Bytes of a value; 0 for bits, undefined for byte arrays, each of which its length precedes. */
  width?: number | undefined;
}

/** @param body the page without its header. */
export function dictionaryValues(
  header: PageHeader,
  body: Buffer,
  { codec, width }: PageFormat,
): Buffer[] {
  const count = header.dictionary_page_header?.num_values ?? 0;
  return plainValues(decompressed(body, codec, header.uncompressed_page_size), count, width);
}

/**
 * The values of a data page; null where there is none.
 * @param dictionary undefined where the column has none.
 */
export function pageValues(
  header: PageHeader,
  body: Buffer,
  format: PageFormat,
  dictionary: readonly Buffer[] | undefined,
): (Buffer | null)[] {
  const { count, encoding, levels, values } = partsOf(header, body, format);
  const isThere = levels?.map((level) => (level === format.maxLevel ? 1 : 0));
  const there = isThere?.reduce((sum, each) => sum + each, 0) ?? count;
  const found = encodedValues(values, encoding, there, { dictionary, width: format.width });
  let next = 0;
  return Array.from({ length: count }, (_, i) => (isThere?.[i] === 0 ? null : found[next++]!));
}

interface PageParts {
  count: number;
  encoding: string;
  /** Definition levels; undefined where all values are there. */
  levels: Uint32Array | undefined;
  /** The encoded values. */
  values: Buffer;
}

function partsOf(header: PageHeader, body: Buffer, { codec, maxLevel }: PageFormat): PageParts {
  const { data_page_header: first, data_page_header_v2: second } = header;
  const size = header.uncompressed_page_size;
  const width = Math.ceil(Math.log2(maxLevel + 1));
  if (second !== undefined) {
    const { num_values: count, encoding, is_compressed: isCompressed } = second;
    const start = second.repetition_levels_byte_length;
    const end = start + second.definition_levels_byte_length;
    if (!(start >= 0 && start <= end && end <= Math.min(size, body.length))) throw damaged();
    const levels = maxLevel === 0 ? undefined : hybrid(body.subarray(start, end), width, count);
    const rest = body.subarray(end);
    const values = isCompressed === false ? rest : decompressed(rest, codec, size - end);
    return { count, encoding, levels, values };
  }
  if (first === undefined) throw damaged();
  const { num_values: count, encoding } = first;
  const page = decompressed(body, codec, size);
  if (maxLevel === 0) return { count, encoding, levels: undefined, values: page };
  if (page.length < 4) throw damaged();
  const end = 4 + page.readUInt32LE(0);
  const levels = hybrid(page.subarray(4, end), width, count);
  return { count, encoding, levels, values: page.subarray(end) };
}

function encodedValues(
  bytes: Buffer,
  encoding: string,
  count: number,
  { dictionary, width }: { dictionary: readonly Buffer[] | undefined } & Pick<PageFormat, 'width'>,
): Buffer[] {
  if (encoding === 'PLAIN') return plainValues(bytes, count, width);
  if (encoding === 'RLE' && width === 0) {
    if (bytes.length < 4) throw damaged();
    return Array.from(hybrid(bytes.subarray(4), 1, count), (bit) => Buffer.of(bit));
  }
  if (!['RLE_DICTIONARY', 'PLAIN_DICTIONARY'].includes(encoding) || dictionary === undefined)
    throw new UserError(
      t('its values are encoded as {0}: expected plain values, or a dictionary', encoding),
    );
  const [bits = 0] = bytes;
  if (bits > 32) throw damaged();
  return Array.from(hybrid(bytes.subarray(1), bits, count), (index) => {
    const value = dictionary[index];
    if (value === undefined) throw damaged();
    return value;
  });
}

/** Byte arrays, each after its length; or values of a fixed width. */
function plainValues(bytes: Buffer, count: number, width: PageFormat['width']): Buffer[] {
  if (width !== undefined) return fixedValues(bytes, count, width);
  const values: Buffer[] = [];
  for (let at = 0; values.length < count;) {
    if (at + 4 > bytes.length) throw damaged();
    const end = at + 4 + bytes.readUInt32LE(at);
    if (end > bytes.length) throw damaged();
    values.push(bytes.subarray(at + 4, end));
    at = end;
  }
  return values;
}

function fixedValues(bytes: Buffer, count: number, width: number): Buffer[] {
  if (bytes.length < (width === 0 ? count / 8 : count * width)) throw damaged();
  return Array.from({ length: count }, (_, i) =>
    width === 0 ? Buffer.of(bitsAt(bytes, i, 1)) : bytes.subarray(i * width, (i + 1) * width),
  );
}

/** Numbers of `width` bits in Parquet's hybrid encoding: one repeated, or several side by side. */
function hybrid(bytes: Buffer, width: number, count: number): Uint32Array {
  const values = new Uint32Array(count);
  let at = 0;
  for (let done = 0; done < count;) {
    let header = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++];
      if (byte === undefined || shift > 28) throw damaged();
      header += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) break;
    }
    const length = Math.floor(header / 2);
    if (header % 2 === 0) {
      const end = Math.min(count, done + length);
      values.fill(bitsAt(bytes, at * 8, width), done, end);
      at += Math.ceil(width / 8);
      done = end;
    } else {
      const end = Math.min(count, done + 8 * length);
      for (let bit = at * 8; done < end; bit += width) values[done++] = bitsAt(bytes, bit, width);
      at += width * length;
    }
  }
  return values;
}

/** A number of `width` bits, the lowest one first; bits beyond the end are 0. */
function bitsAt(bytes: Buffer, position: number, width: number): number {
  let value = 0;
  for (let i = 0; i < width; i++) {
    const bit = position + i;
    value += (((bytes[Math.floor(bit / 8)] ?? 0) >> (bit % 8)) & 1) * 2 ** i;
  }
  return value;
}

const damaged = () => new UserError(t('it is damaged: a page of a column is invalid'));
