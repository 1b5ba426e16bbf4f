/**
 * Before any test runs: fetches the sample portraits, and forgets what the command line kept of
 * earlier tests.
 */
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { samplePortraits } from '../../scripts/samples.mjs';

export default async function setup(): Promise<void> {
  await samplePortraits();
  await rm(fileURLToPath(new URL('../../.cache/test-store', import.meta.url)), {
    recursive: true,
    force: true,
  });
}
