import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { prepareStores, runStoreCase, storeCases, type StoreFuzz } from '../fuzz/stores';

/**
 * Cases, of each kind some; `FACE_CLUSTERS_FUZZ_STORES=500` runs more, and
 * `FACE_CLUSTERS_FUZZ_SEED` others.
 */
const COUNT = Number(process.env.FACE_CLUSTERS_FUZZ_STORES ?? 24);
const SEED = Number(process.env.FACE_CLUSTERS_FUZZ_SEED ?? 1);

let fuzz: StoreFuzz;
beforeAll(async () => {
  fuzz = await prepareStores(await mkdtemp(join(tmpdir(), 'face-clusters-test-')));
});
afterAll(() => rm(fuzz.home, { recursive: true, force: true }));

// FIFOs, links, and what LMDB dies of, are not the same on Windows.
describe.skipIf(process.platform === 'win32')('a damaged store', () => {
  it.concurrent.each(storeCases(SEED, COUNT))('ends no process for ever: $title', async (each) => {
    const { died, met } = await runStoreCase(each, fuzz);
    // Where one died the store was made anew. In the end it is as ever, or done without for a
    // reason that tells what to do.
    if (died !== undefined) expect(met.some(({ madeAnew }) => madeAnew !== null)).toBe(true);
    const last = met.at(-1)!;
    if (last.refused === null) expect(last).toMatchObject({ madeAnew: null, problem: null });
    else expect(last.refused).toMatch(/Move it away/);
  });
});
