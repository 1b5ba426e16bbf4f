/** Why an image cannot be decoded, for users. */
import { codeOf, messageOf } from '../util/errors';
import { imageTraits } from './image-format';
import { unusualJpeg } from './jpeg-markers';

/** In characters: libvips may repeat its message for each block of an image. */
const MAX_DECODER_MESSAGE_LENGTH = 200;

/** @param error of the decoder. @param bytes of an image in a supported format. */
export function decodeReason(error: unknown, bytes: Buffer): string {
  const unusual = unusualJpeg(bytes);
  if (unusual !== undefined)
    return `it is ${unusual}, which cannot be decoded: save it as an ordinary JPEG of 8 bits, or as PNG`;
  const text = messageOf(error);
  if (/unsupported image format/i.test(text)) {
    return imageTraits(bytes).format === 'tiff'
      ? 'it begins like a TIFF, as many raw files of cameras do, and cannot be decoded: save it as JPEG, PNG or TIFF'
      : 'the image is damaged: no decoder recognizes its content';
  }
  return `the image is damaged or cut short (${excerpt(text)})`;
}

/** @param error of a decoder in images/formats/. @param name of the format, with its article. */
export function formatReason(error: unknown, name: string): string {
  const text = isBeyondEnd(error) ? 'it ends within its header' : messageOf(error);
  if (isOutOfMemory(text))
    return `it is ${name}, and decoding it takes more memory than its decoder can have: save it as JPEG`;
  return isUnsupported(text)
    ? `it is ${name} of a kind that cannot be decoded (${excerpt(text)}): save it as JPEG`
    : `it is ${name} that is damaged or cut short (${excerpt(text)})`;
}

const isBeyondEnd = (error: unknown) =>
  ['ERR_OUT_OF_RANGE', 'ERR_BUFFER_OUT_OF_BOUNDS'].includes(codeOf(error) ?? '');

const isUnsupported = (text: string) => /unsupported|not been built in/i.test(text);
const isOutOfMemory = (text: string) => /out of memory|memory allocation|OOM|enlarge/i.test(text);

const excerpt = (text: string) =>
  text.length > MAX_DECODER_MESSAGE_LENGTH ? `${text.slice(0, MAX_DECODER_MESSAGE_LENGTH)}…` : text;
