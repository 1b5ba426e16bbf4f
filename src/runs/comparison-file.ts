/** The latest comparison of clustering methods of a run. */
import { join } from 'node:path';
import type { Comparison } from '../domain/comparison';
import { COMPARISON } from './file-names';
import { isOfOtherVersion, replaceFile } from './run-files';
import { checked, comparisonSchema, readJson } from './run-schemas';

/** Writes the comparison of clustering methods of a run. */
export async function writeComparison(folder: string, comparison: Comparison): Promise<void> {
  await replaceFile(join(folder, COMPARISON), JSON.stringify(comparison));
}

/**
 * The latest comparison of a run; null where there is none of this version.
 * @throws DamagedRun.
 */
export async function readComparison(folder: string): Promise<Comparison | null> {
  const value = await readJson(folder, COMPARISON);
  return value === undefined || isOfOtherVersion(value)
    ? null
    : checked(folder, COMPARISON, value, comparisonSchema);
}
