import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { prepareStores, runStoreCase, storeCases, type StoreFuzz } from '../fuzz/stores';

/**
 * Number of cases, distributed over all kinds. `FACE_CLUSTERS_FUZZ_STORES=500` runs more, and
 * `FACE_CLUSTERS_FUZZ_SEED` runs others.
 */
const COUNT = Number(process.env.FACE_CLUSTERS_FUZZ_STORES ?? 24);
const SEED = Number(process.env.FACE_CLUSTERS_FUZZ_SEED ?? 1);

let fuzz: StoreFuzz;
beforeAll(async () => {
  fuzz = await prepareStores(await mkdtemp(join(tmpdir(), 'face-clusters-test-')));
});
afterAll(() => rm(fuzz.home, { recursive: true, force: true }));

// FIFOs, links, and crashes of LMDB differ on Windows.
describe.skipIf(process.platform === 'win32')('a damaged store', () => {
  it.concurrent.each(storeCases(SEED, COUNT))(
    'crashes only a limited number of processes: $title',
    async (each) => {
      const { died, met } = await runStoreCase(each, fuzz);
      // After a crash the store was recreated. In the end it works, or is refused with advice.
      if (died !== undefined) expect(met.some(({ madeAnew }) => madeAnew !== null)).toBe(true);
      const last = met.at(-1)!;
      if (last.refused === null) expect(last).toMatchObject({ madeAnew: null, problem: null });
      else expect(last.refused).toMatch(/Move it away/);
    },
  );
});
