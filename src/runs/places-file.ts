/** The map of all faces, kept beside the clustering: it takes seconds, and often stays the same. */
import { join } from 'node:path';
import * as z from 'zod';
import type { FaceMap } from '../domain/face-map';
import { PLACES } from './file-names';
import { base64, bytesOf, replaceFile } from './run-files';
import { readJson, unlessDamaged } from './run-schemas';

export type StoredPlaces = Pick<FaceMap, 'places' | 'distinct' | 'sample'>;

const count = z.int().min(0);
const placesSchema = z.object({
  key: z.string(),
  places: z.string(),
  distinct: count,
  sample: count,
});

/** @param key of what the places were computed from. */
export async function writePlaces(
  folder: string,
  key: string,
  { places, distinct, sample }: StoredPlaces,
): Promise<void> {
  const file: z.infer<typeof placesSchema> = { key, places: base64(places), distinct, sample };
  await replaceFile(join(folder, PLACES), JSON.stringify(file));
}

/** The places that were kept; undefined where there are none of this key, or they are damaged. */
export async function readPlaces(
  folder: string,
  key: string,
  faces: number,
): Promise<StoredPlaces | undefined> {
  const value = await readJson(folder, PLACES).catch(unlessDamaged);
  const file = placesSchema.safeParse(value).data;
  if (file?.key !== key) return undefined;
  const places = new Float32Array(bytesOf(file.places));
  const isWhole = places.length === 2 * faces && places.every((value) => value >= 0 && value <= 1);
  return isWhole ? { places, distinct: file.distinct, sample: file.sample } : undefined;
}
