/** Looks images up in the store: those of earlier runs are not read again. */
import type { LocatedFace } from '../../domain/faces';
import type { StripRef } from '../../images/crop-strips';
import type { ImageFile } from '../../images/image-list';
import type { FaceStore } from '../../store/face-store';
import type { FileIdentity } from '../../store/identity';
import type { Content, StoredAttributes, StoredDetections } from '../../store/store-records';
import { t } from '../../text/translate';
import { UserError } from '../../util/errors';
import type { AnalyzedFace, CachedImage } from './analyzed-image';
import type { StoreKeys } from './pipeline-keys';

/** An image, with what the store holds about it. */
export interface CacheEntry {
  image: ImageFile;
  identity: FileIdentity | undefined;
  /** Undefined where the store does not hold the image. */
  content: Content | undefined;
  /** Undefined where it was not searched for faces with the settings of this run. */
  detections: StoredDetections | undefined;
  /** Undefined where the network of this run did not infer its attributes. */
  attributes: StoredAttributes | undefined;
}

/** An entry that makes reading the image unnecessary. */
export type CompleteEntry = CacheEntry & { content: Content; detections: StoredDetections };

export const isComplete = (entry: CacheEntry): entry is CompleteEntry =>
  entry.detections !== undefined &&
  ('reason' in entry.detections ||
    entry.detections.faces.length === 0 ||
    entry.attributes !== undefined);

/** Where the faces of an image lie; undefined where it is to be searched. */
export function locatedFacesOf({
  detections,
}: Pick<CacheEntry, 'detections'>): LocatedFace[] | undefined {
  if (detections === undefined || !('faces' in detections)) return undefined;
  const located = detections.faces.filter((face) => face !== null);
  return located.length === detections.faces.length && located.length > 0 ? located : undefined;
}

export class ImageCache {
  /** Strips of the store that are referred to, by id. */
  private readonly strips = new Map<number, StripRef>();

  /**
   * @param store undefined where nothing is kept between runs.
   * @param width number of attributes per face.
   */
  constructor(
    private readonly store: FaceStore | undefined,
    private readonly keys: StoreKeys,
    private readonly width: number,
  ) {}

  /** Looks a file up by its path and times. */
  lookUpFile(image: ImageFile, identity: FileIdentity | undefined): CacheEntry {
    const content = identity && this.store?.contentOfFile(image.path, identity);
    return { image, identity, content, ...this.resultsOf(content) };
  }

  /** Looks a file up by the hash of its content. */
  lookUpContent({ image, identity }: CacheEntry, hash: string): CacheEntry {
    const content = identity && this.store?.contentByHash(identity.size, hash);
    return { image, identity, content, ...this.resultsOf(content) };
  }

  /** Hashes of stored images that have as many bytes as a file. */
  candidatesFor(identity: FileIdentity | undefined): readonly string[] {
    return identity === undefined ? [] : (this.store?.hashesOfSize(identity.size) ?? []);
  }

  /** The stored result of an image. */
  resultFrom(
    { image, identity, content, detections, attributes }: CompleteEntry,
    source: CachedImage['source'],
  ): CachedImage {
    const base = { kind: 'cached', image, identity, source, content } as const;
    if ('reason' in detections)
      return { ...base, failure: detections.reason, remarks: {}, faces: [], storedStrips: [] };
    const { crops, probabilities } = attributes ?? { crops: [], probabilities: new Float32Array() };
    const faces = detections.faces.map((located, i): AnalyzedFace => {
      const { strip, at } = crops[i]!;
      return {
        located,
        probabilities: probabilities.subarray(i * this.width, (i + 1) * this.width),
        crop: { strip: this.stripOf(strip)!, at },
      };
    });
    const storedStrips = [...new Set(crops.map(({ strip }) => strip))];
    const { size, remarks = {} } = detections;
    return { ...base, failure: undefined, size, remarks, faces, storedStrips };
  }

  private resultsOf(content: Content | undefined): Pick<CacheEntry, 'detections' | 'attributes'> {
    const { store, keys } = this;
    if (store === undefined || content === undefined)
      return { detections: undefined, attributes: undefined };
    const detections =
      store.detectionsOf(content, keys.finder) ?? store.detectionsOf(content, keys.limited);
    const attributes =
      detections !== undefined && 'faces' in detections
        ? store.attributesOf(content, keys.finder, keys.model, {
            faces: detections.faces.length,
            attributes: this.width,
          })
        : undefined;
    const isIncomplete = attributes?.crops.some(({ strip }) => this.stripOf(strip) === undefined);
    return { detections, attributes: isIncomplete === true ? undefined : attributes };
  }

  /** A strip of the store; undefined where it was removed. */
  private stripOf(id: number): StripRef | undefined {
    let strip = this.strips.get(id);
    if (strip === undefined && this.store?.hasStrip(id)) {
      const read = () => {
        const jpeg = this.store?.strip(id);
        if (jpeg === undefined)
          throw new UserError(t('the cache was cleared in the middle of a run: run it again'));
        return jpeg;
      };
      strip = { key: `kept ${id}`, read };
      this.strips.set(id, strip);
    }
    return strip;
  }
}
