/** Finds images among many whose files have the same name, by the folders before it. */
import { pathParts, stemOf } from './image-names';

/** An image that is looked for. */
export interface NamedImage {
  /** Path below the folder of the images, with `/`. */
  name: string;
  /** Path on disk; undefined where there is none. */
  path?: string | Buffer | undefined;
  /** Number of the face in the image, with tables that tell faces apart; 0 by default. */
  face?: number;
}

/** Arrays are one implementation. */
export interface NamedImages {
  readonly length: number;
  at: (index: number) => NamedImage | undefined;
}

/** Images of one name that are compared one by one. */
const FEW = 8;
/** Images that fit a row equally well, among which it cannot be told. */
const MANY = 100;

export class ImagesByEnd {
  /** By so many parts of their paths, from the end; made when they are needed. */
  private readonly byParts = new Map<number, Map<string, number[]>>();
  /** By their whole names below the folder of the images. */
  private byName: Map<string, number[]> | undefined;

  constructor(private readonly images: NamedImages) {}

  /**
   * The images that may fit a row best: those that have most parts of its path in common, and those
   * whose whole name is the end of its path.
   * @param found all images whose file has the name of the row's.
   * @param face number of the face that the row is of.
   */
  among(found: readonly number[], parts: readonly string[], face: number): readonly number[] {
    if (found.length <= FEW) return found;
    let nearest = found;
    for (let number = 2; number <= parts.length && nearest.length > FEW; number++) {
      const nearer = this.endingWith(parts, number, face);
      if (nearer === undefined) break;
      nearest = nearer;
    }
    const whole = parts.flatMap((_, i) => this.named(parts.slice(i), face));
    return [...new Set([...whole, ...(nearest.length > MANY ? nearest.slice(0, 2) : nearest)])];
  }

  private endingWith(
    parts: readonly string[],
    number: number,
    face: number,
  ): readonly number[] | undefined {
    let images = this.byParts.get(number);
    if (images === undefined) {
      images = this.keyed((index) => {
        const all = partsOf(this.images.at(index)!);
        return all.length < number ? undefined : endKey(all, number);
      });
      this.byParts.set(number, images);
    }
    return images.get(ofFace(endKey(parts, number), face));
  }

  private named(parts: readonly string[], face: number): readonly number[] {
    this.byName ??= this.keyed((index) => {
      const all = pathParts(this.images.at(index)!.name);
      return endKey(all, all.length);
    });
    return this.byName.get(ofFace(endKey(parts, parts.length), face)) ?? [];
  }

  /** Images by a key, without those that have none. */
  private keyed(keyOf: (index: number) => string | undefined): Map<string, number[]> {
    const images = new Map<string, number[]>();
    for (let index = 0; index < this.images.length; index++) {
      const key = keyOf(index);
      if (key !== undefined) addTo(images, ofFace(key, this.images.at(index)!.face ?? 0), index);
    }
    return images;
  }
}

/** The last parts of a path in lower case, without the extension. */
const endKey = (parts: readonly string[], number: number): string =>
  [...parts.slice(-number, -1).map((part) => part.toLowerCase()), stemOf(parts.at(-1) ?? '')].join(
    '/',
  );

/** A key of images, of one of their faces. */
export const ofFace = (key: string, face: number): string => (face === 0 ? key : `${key}\0${face}`);

/** Parts of the path of an image; of its name where it has no path. */
export const partsOf = ({ name, path }: NamedImage): string[] =>
  pathParts(typeof path === 'string' ? path : name);

/** Adds to the list of a key. */
export function addTo<T>(map: Map<string, T[]>, key: string, item: T): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [item]);
  else list.push(item);
}
