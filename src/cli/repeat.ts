/** `face-clusters repeat` */
import { join, resolve } from 'node:path';
import { differences } from '../results/differences';
import { readRepeatable } from '../results/repeatable';
import type { CliContext, CliOptions } from './context';
import { printLines } from './print';
import { DifferentResults } from './status';

/**
 * Runs the command that a JSON of results names, and compares the results.
 * @param run runs the command line with other arguments.
 * @throws DifferentResults.
 */
export async function repeatCommand(
  file: string,
  { out, overwrite, progress, cache }: CliOptions,
  run: (args: readonly string[]) => Promise<unknown>,
  { signal }: Pick<CliContext, 'signal'>,
): Promise<void> {
  const { kind, arguments: args, json } = await readRepeatable(resolve(file), signal);
  await run([
    ...args,
    ...['--out', out],
    ...(overwrite === true ? ['--overwrite'] : []),
    ...(progress === undefined ? [] : ['--progress', progress]),
    ...(cache === false ? ['--no-cache'] : []),
  ]);
  const repeated = await readRepeatable(join(resolve(out), `${kind}.json`), signal);
  const found = differences(json, repeated.json);
  if (found.length === 0) {
    printLines([`the results are those of '${file}'`]);
    return;
  }
  const lines = found.map((line) => `  ${line}`);
  printLines([`note: the results differ from those of '${file}':`, ...lines]);
  throw new DifferentResults();
}
