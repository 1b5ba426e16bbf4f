/** Options by which clusters are compared with labels. */
import { resolve } from 'node:path';
import type { CliOptions } from './context';
import { UsageError } from './status';

/** Clusterings with different seeds, at most. */
const MAX_SEEDS = 1000;

/** How clusters are judged by labels. */
export interface Judging {
  /** Path of a table of true attributes. */
  labels: string;
  /** Number of clusterings. */
  seeds: number;
  /** Of the faces in each, in (0, 1]. */
  share: number;
}

/** @throws UsageError where a value is out of bounds, or there are no labels for it. */
export function judgingOf(options: CliOptions): Judging | undefined {
  const { share = 1 } = options;
  const labels = labelsOf(options);
  const seeds = seedsOf(options);
  if (typeof share !== 'number' || !(share > 0 && share <= 1))
    throw new UsageError('--share: expected a number above 0, at most 1');
  if (labels !== undefined) return { labels, seeds, share };
  if (seeds > 1 || share < 1) throw new UsageError('--seeds and --share need --labels FILE');
  return undefined;
}

/** Path of the table of labels; undefined where none is given. */
export const labelsOf = ({ labels }: CliOptions): string | undefined =>
  typeof labels === 'string' ? resolve(labels) : undefined;

/** @throws UsageError where it is out of bounds. */
export function seedsOf({ seeds = 1 }: CliOptions): number {
  if (typeof seeds !== 'number' || !Number.isSafeInteger(seeds) || seeds < 1 || seeds > MAX_SEEDS)
    throw new UsageError(`--seeds: expected a whole number from 1 to ${MAX_SEEDS}`);
  return seeds;
}
