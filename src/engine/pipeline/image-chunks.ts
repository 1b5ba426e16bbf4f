/** Splits the images of a run into chunks, each of which a worker analyzes in one call. */
import type { Images } from '../../images/image-list';
import type { Identities } from '../../store/identity';
import { type CacheEntry, type ImageCache, isComplete } from './image-cache';

/**
 * Images to read in a chunk: enough for the cost of the message not to matter, and few enough for
 * progress to be steady.
 */
const CHUNK_IMAGES = { aligned: 16, searched: 2 };
/** Bytes to read in a chunk: large images take long. */
const CHUNK_BYTES = 1e6;
/** Maximum images per chunk, cached ones included. */
const MAX_CHUNK_IMAGES = 256;

export interface ChunkSource {
  images: Images;
  identities: Identities;
  cache: ImageCache;
  /** Whether images are searched for faces. */
  searched: boolean;
}

export function* imageChunks(source: ChunkSource): Generator<CacheEntry[]> {
  const { images, identities, cache, searched } = source;
  const maxUncached = searched ? CHUNK_IMAGES.searched : CHUNK_IMAGES.aligned;
  let chunk: CacheEntry[] = [];
  let uncached = 0;
  let bytes = 0;
  let i = 0;
  for (const image of images) {
    const entry = cache.lookUpFile(image, identities.get(i++));
    if (!isComplete(entry)) {
      uncached += 1;
      bytes += entry.identity?.size ?? 0;
    }
    chunk.push(entry);
    if (uncached < maxUncached && bytes < CHUNK_BYTES && chunk.length < MAX_CHUNK_IMAGES) continue;
    yield chunk;
    chunk = [];
    uncached = 0;
    bytes = 0;
  }
  if (chunk.length > 0) yield chunk;
}
