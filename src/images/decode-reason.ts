/** Why an image cannot be decoded, for users. */
import { t } from '../text/translate';
import { codeOf, messageOf } from '../util/errors';
import { END_MARKER_MISSING, whatIsMissing } from './cut-short';
import type { PixelFormat } from './formats/pixel-format';
import { ImageError } from './image-error';
import { FORMAT_NAMES, type ImageFormat, imageTraits } from './image-format';
import { unusualJpeg } from './jpeg-markers';

/** In characters: libvips may repeat its message for each block of an image. */
const MAX_DECODER_MESSAGE_LENGTH = 200;

/**
 * @param error of libvips.
 * @param image in a supported format. `lacksEnd`: whether an end marker was added to a JPEG.
 */
export function decodeError(
  error: unknown,
  { bytes, lacksEnd }: { bytes: Buffer; lacksEnd: boolean },
): ImageError {
  const known = lacksEnd ? cutShort('jpeg', t(END_MARKER_MISSING)) : reasonInBytes(bytes);
  return known === undefined
    ? new ImageError(reasonOfDecoder(error, bytes), { cause: error, isDoubtful: true })
    : new ImageError(known, { cause: error });
}

const cutShort = (format: ImageFormat, missing: string) =>
  t('the {0} is cut short: {1}', FORMAT_NAMES[format], missing);

/** What the image itself shows. */
function reasonInBytes(bytes: Buffer): string | undefined {
  const unusual = unusualJpeg(bytes);
  if (unusual !== undefined)
    return t(
      'it is {0}, which cannot be decoded: save it as an ordinary JPEG of 8 bits, or as PNG',
      unusual,
    );
  const { format } = imageTraits(bytes);
  const missing = whatIsMissing(bytes, format);
  return missing === undefined ? undefined : cutShort(format, missing);
}

function reasonOfDecoder(error: unknown, bytes: Buffer): string {
  const { format } = imageTraits(bytes);
  const name = FORMAT_NAMES[format];
  const text = messageOf(error);
  if (!/unsupported image format/i.test(text))
    return t('the {0} is damaged ({1})', name, excerpt(text));
  return format === 'tiff'
    ? t(
        'the TIFF is damaged, or of a kind that no decoder here reads: save it anew as an ordinary one',
      )
    : t('the {0} is damaged: no decoder recognizes its content', name);
}

/** libvips may repeat a message for each block of an image. */
function excerpt(message: string): string {
  const lines = [...new Set(message.split('\n').map((line) => line.trim()))];
  const text = lines.filter((line) => line !== '' && line !== 'Unknown error').join('; ');
  if (text === '') return t('its decoder gives no reason');
  return text.length > MAX_DECODER_MESSAGE_LENGTH
    ? `${text.slice(0, MAX_DECODER_MESSAGE_LENGTH)} …`
    : text;
}

/**
 * @param error of a decoder in images/formats/.
 * @param name of the format, with its article.
 */
export function formatError(error: unknown, bytes: Buffer, name: PixelFormat['name']): ImageError {
  return new ImageError(reasonInBytes(bytes) ?? reasonOfFormat(error, t(name)), { cause: error });
}

function reasonOfFormat(error: unknown, name: string): string {
  const text = isBeyondEnd(error) ? t('it ends within its header') : messageOf(error);
  if (isOutOfMemory(text))
    return t(
      'it is {0}, and decoding it takes more memory than its decoder can have: save it as JPEG',
      name,
    );
  return isUnsupported(text)
    ? t('it is {0} of a kind that cannot be decoded ({1}): save it as JPEG', name, excerpt(text))
    : t('it is {0} that is damaged or cut short ({1})', name, excerpt(text));
}

const isBeyondEnd = (error: unknown) =>
  ['ERR_OUT_OF_RANGE', 'ERR_BUFFER_OUT_OF_BOUNDS'].includes(codeOf(error) ?? '');

const isUnsupported = (text: string) => /unsupported|not been built in/i.test(text);
const isOutOfMemory = (text: string) => /out of memory|memory allocation|OOM|enlarge/i.test(text);
