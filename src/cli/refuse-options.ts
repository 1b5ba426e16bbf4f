/** Options that would be ignored, or mean something else than they seem to. */
import type { Command } from 'commander';
import type { Settings } from '../domain/settings';
import { optionName } from '../results/arguments';
import type { CliOptions } from './context';
import { UsageError } from './status';

type Name = keyof Settings;

/** Options that choose images, and say how they are read. */
export const OF_IMAGES = [
  ...['include', 'exclude', 'limit', 'sample', 'detect', 'minFaceScore', 'minFaceSize'],
  ...['maxImageFileSize', 'maxImageMegapixels', 'maxImageSeconds', 'maxImageMemory'],
  ...['provider', 'batchSize', 'model'],
] as readonly Name[];

/**
 * Refuses options that a command would ignore.
 * @param why what they do not go with, for people.
 * @throws UsageError.
 */
export function refuseOptions(options: CliOptions, names: readonly Name[], why: string): void {
  const given = names.filter((name) => options[name] !== undefined).map(optionName);
  if (given.length > 0) throw new UsageError(`expected no ${given.join(', ')} with ${why}`);
}

/** Options that are paths. */
const PATHS = ['out', 'save', 'vectors', 'labels', 'model'] as const;

/**
 * An empty path would be the current folder. Mostly it comes from a variable that is not set.
 * @param args paths without an option.
 * @throws UsageError.
 */
export function refuseEmptyPaths(options: CliOptions, args: readonly string[]): void {
  const empty = PATHS.find((name) => options[name] === '');
  if (empty !== undefined)
    throw new UsageError(`expected a path after --${empty}, got an empty one`);
  if (args.includes('')) throw new UsageError('expected paths, got an empty one');
}

/**
 * Commander's own check comes before that of unknown options, and would hide `--ouput`.
 * @throws UsageError without `--out`.
 */
export function requireOut(command: Command): void {
  const option = command.options.find(({ long }) => long === '--out');
  if (option !== undefined && command.getOptionValue('out') === undefined)
    throw new UsageError(`required option '${option.flags}' not specified`);
}
