/**
 * Runs once, before all tests: builds the bundles that tests of the engine and the command line
 * start, fetches the sample portraits and makes photos of them, and clears the cache of earlier test runs.
 */
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { samplePhotos, samplePortraits } from '../../scripts/samples.mjs';
import { buildIfStale } from '../../scripts/setup.mjs';

export default async function setup(): Promise<void> {
  await buildIfStale();
  await samplePortraits();
  await samplePhotos();
  await rm(fileURLToPath(new URL('../../.cache/test-store', import.meta.url)), {
    recursive: true,
    force: true,
  });
}
