/**
 * Raw files of cameras: their largest JPEG preview, which the camera made itself, stands for them.
 * What is a raw file, and which of its JPEGs are not previews but parts of the raw image, is told
 * by its directories.
 */
import { t } from '../../text/translate';
import { ImageError } from '../image-error';
import { endOfJpeg, exifOf, withExif } from '../jpeg-markers';
import { boxAt, boxesIn } from './boxes';
import { embeddedJpegs } from './embedded-jpegs';
import { type Directory, tiffDirectories } from './tiff-directories';

/** Tags (TIFF/EP, ISO 12234-2, and DNG 1.7). */
const NEW_SUBFILE_TYPE = 254;
const COMPRESSION = 259;
const PHOTOMETRIC = 262;
const STRIP_OFFSETS = 273;
const ORIENTATION = 274;
const TILE_OFFSETS = 324;
const DNG_VERSION = 50_706;

/** Values of `PHOTOMETRIC` of sensors' images: color filter array, linear raw. */
const SENSOR_IMAGES = [32_803, 34_892];
/** Compressions that only cameras write: Sony, Samsung, Nikon, Pentax. */
const CAMERA_COMPRESSIONS = [32_767, 32_769, 32_770, 34_713, 65_535];
/** Pictures, not sensors' images, have a smaller `PHOTOMETRIC`. */
const LAST_PICTURE = 10;

/** First bytes of raw files that are built like TIFFs, but have numbers of their own. */
const OWN_MAGIC = ['IIRO', 'IIRS', 'MMOR', 'IIU\0'];
/** In bytes 4 to 10 of a CR2: its first directory begins after them. */
const CR2_START = '\x10\0\0\0CR\x02';
const FUJIFILM = 'FUJIFILMCCD-RAW';

/** What is known of a raw file. */
interface RawFile {
  /** Of previews that do not say it themselves; undefined where it is not known. */
  orientation: number | undefined;
  /** Where parts of the sensor's image begin, which may be JPEGs too. */
  sensorParts: ReadonlySet<number>;
  /** Whether an ordinary decoder reads the picture in its first directory. */
  isPicture: boolean;
}

/**
 * @returns the preview as a JPEG that says its orientation; undefined where the file is no raw
 * file, or one that is an ordinary picture as well.
 * @throws ImageError where a raw file has no preview.
 */
export function rawPreview(bytes: Buffer): Buffer | undefined {
  const raw = rawFile(bytes);
  if (raw === undefined) return undefined;
  const [largest] = embeddedJpegs(bytes)
    .filter(({ start }) => !raw.sensorParts.has(start))
    .sort((a, b) => b.width * b.height - a.width * a.height);
  if (largest === undefined) {
    if (raw.isPicture) return undefined;
    throw new ImageError(
      t(
        'it is a raw file of a camera that holds no JPEG preview which can be decoded: export it as JPEG',
      ),
    );
  }
  const rest = bytes.subarray(largest.start);
  const preview = rest.subarray(0, endOfJpeg(rest));
  const isOriented = orientationIn(tiffDirectories(exifOf(preview) ?? NOTHING)) !== undefined;
  return isOriented || raw.orientation === undefined
    ? preview
    : withExif(preview, exifWith(raw.orientation));
}

const NOTHING = Buffer.alloc(0);

function rawFile(bytes: Buffer): RawFile | undefined {
  if (bytes.toString('latin1', 0, FUJIFILM.length) === FUJIFILM)
    return { orientation: undefined, sensorParts: new Set(), isPicture: false };
  if (bytes.toString('latin1', 4, 12) === 'ftypcrx ')
    return { orientation: canonOrientation(bytes), sensorParts: new Set(), isPicture: false };
  const directories = tiffDirectories(bytes);
  const [first] = directories;
  if (first === undefined) return undefined;
  const isRaw =
    OWN_MAGIC.includes(bytes.toString('latin1', 0, 4)) ||
    bytes.toString('latin1', 4, 11) === CR2_START ||
    directories.some(isOfCamera);
  if (!isRaw) return undefined;
  const parts = directories
    .filter((directory) => has(directory, PHOTOMETRIC, SENSOR_IMAGES))
    .flatMap((one) => [...(one.get(STRIP_OFFSETS) ?? []), ...(one.get(TILE_OFFSETS) ?? [])]);
  return {
    orientation: orientationIn(directories),
    sensorParts: new Set(parts),
    isPicture:
      first.get(NEW_SUBFILE_TYPE)?.[0] !== 1 &&
      (first.get(PHOTOMETRIC)?.[0] ?? Infinity) <= LAST_PICTURE,
  };
}

const has = (directory: Directory, tag: number, values: readonly number[]) =>
  values.includes(directory.get(tag)?.[0] ?? NaN);

const isOfCamera = (directory: Directory) =>
  directory.has(DNG_VERSION) ||
  has(directory, PHOTOMETRIC, SENSOR_IMAGES) ||
  has(directory, COMPRESSION, CAMERA_COMPRESSIONS);

/** The orientation in the first directory. */
const orientationIn = ([first]: readonly Directory[]) => first?.get(ORIENTATION)?.[0];

/** Canon's CR3 holds a TIFF structure in a box of its own. */
function canonOrientation(bytes: Buffer): number | undefined {
  const movie = boxAt(bytes, ['moov']);
  if (movie === undefined) return undefined;
  for (const { type, start, end } of boxesIn(bytes, movie.start, movie.end)) {
    if (type !== 'uuid') continue;
    for (const box of boxesIn(bytes, start + UUID_BYTES, end)) {
      if (box.type === 'CMT1')
        return orientationIn(tiffDirectories(bytes.subarray(box.start, box.end)));
    }
  }
  return undefined;
}

const UUID_BYTES = 16;

/** A TIFF structure with one entry. */
function exifWith(orientation: number): Buffer {
  const bytes = Buffer.from(
    'MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\0\0\0\0\0\0\0',
    'latin1',
  );
  bytes.writeUInt16BE(orientation & 0xffff, ORIENTATION_AT);
  return bytes;
}

/** Where `exifWith` has its value. */
const ORIENTATION_AT = 18;
