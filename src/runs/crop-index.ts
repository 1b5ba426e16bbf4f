/** Where the crops of a run lie in its pack of strips. */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { MAX_STRIP_FACES } from '../images/crop-strips';
import { t } from '../text/translate';
import { codeOf } from '../util/errors';
import { CROP_INDEX, CROP_PACK } from './file-names';
import { checkCropIndex } from './run-columns';
import { checked, DamagedRun, parseJson } from './run-schemas';

/** The content of crops.json. */
export interface CropIndex {
  /** Size of each crop, in pixels. */
  width: number;
  height: number;
  /** Number of crops. */
  faces: number;
  /** End of each strip in the pack, in bytes. */
  ends: number[];
  /**
   * Strip of each face, and its place in the strip. Undefined in older runs, whose strips hold
   * `STRIP` faces each, in order.
   */
  strips?: number[];
  places?: number[];
}

const side = z.int().min(1).max(8192);
/** `checkCropIndex` checks the columns. */
const indexSchema = z.looseObject({ width: side, height: side });

/** @throws DamagedRun. */
export async function readCropIndex(folder: string): Promise<CropIndex> {
  const text = await readFile(join(folder, CROP_INDEX), 'utf8').catch((error: unknown) => {
    throw missing(folder, CROP_INDEX, error);
  });
  const value = parseJson(folder, CROP_INDEX, text);
  const index = checked(folder, CROP_INDEX, value, indexSchema) as unknown as CropIndex;
  const damage = checkCropIndex(index, MAX_STRIP_FACES);
  if (damage !== undefined) throw new DamagedRun(folder, CROP_INDEX, damage);
  return index;
}

/**
 * Checks that the pack is as long as its index requires.
 * @returns when it was written, in nanoseconds since 1970.
 * @throws DamagedRun.
 */
export async function checkCropPack(folder: string, { ends }: CropIndex): Promise<bigint> {
  const expected = ends.at(-1) ?? 0;
  const { size, mtimeNs } = await stat(join(folder, CROP_PACK), { bigint: true }).catch(
    (error: unknown) => {
      throw missing(folder, CROP_PACK, error);
    },
  );
  if (Number(size) !== expected)
    throw new DamagedRun(
      folder,
      CROP_PACK,
      t('holds {0} bytes: expected {1}', String(size), expected),
    );
  return mtimeNs;
}

/** Whether a folder holds crops, and all of them. */
export async function hasAllCrops(folder: string): Promise<boolean> {
  try {
    await checkCropPack(folder, await readCropIndex(folder));
    return true;
  } catch (error) {
    if (error instanceof DamagedRun) return false;
    throw error;
  }
}

const missing = (folder: string, name: string, error: unknown) =>
  codeOf(error) === 'ENOENT' ? new DamagedRun(folder, name, t('is missing'), error) : error;
