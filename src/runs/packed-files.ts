/** The files of a run that are packed into one, and how. */
import {
  BASE_CLUSTERING,
  CLUSTERING,
  COMPARISON,
  CROP_INDEX,
  CROP_PACK,
  EMBEDDINGS,
  FACES,
  IMAGES,
  MANIFEST,
  PICTURES,
  PLACES,
  PROBABILITIES,
} from './file-names';

/** Entry of the log of corrections, which lies beside a run. */
export const CORRECTIONS = 'corrections.jsonl';

/** Largest text that the engine reads whole, in bytes: V8's longest is only little longer. */
const TEXT = 500_000_000;
/** Largest text that the extension host reads, which all extensions share: of a million faces. */
const SHARED_TEXT = 150_000_000;
/** Largest table of numbers: of 10 million faces with 1000 attributes. */
const NUMBERS = 40_000_000_000;

interface PackedFile {
  name: string;
  /** Largest size in bytes. */
  limit: number;
  compress: boolean;
}

/** The first one comes first in the file. */
export const PACKED_FILES: readonly PackedFile[] = [
  { name: MANIFEST, limit: SHARED_TEXT, compress: true },
  { name: CORRECTIONS, limit: TEXT, compress: true },
  { name: CLUSTERING, limit: SHARED_TEXT, compress: true },
  { name: BASE_CLUSTERING, limit: SHARED_TEXT, compress: true },
  { name: FACES, limit: TEXT, compress: true },
  { name: IMAGES, limit: TEXT, compress: true },
  { name: PROBABILITIES, limit: NUMBERS, compress: true },
  { name: EMBEDDINGS, limit: NUMBERS, compress: true },
  { name: PICTURES, limit: TEXT, compress: true },
  { name: PLACES, limit: TEXT, compress: true },
  { name: COMPARISON, limit: SHARED_TEXT, compress: true },
  { name: CROP_INDEX, limit: TEXT, compress: true },
  // JPEG is compressed already.
  { name: CROP_PACK, limit: 1e12, compress: false },
];
