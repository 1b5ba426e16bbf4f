/**
 * `npm run fuzz`: thousands of hostile inputs of each kind. The first invalid outcome ends the
 * program.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { engineScript } from '../../src/engine/bundled-files';
import { EngineClient } from '../../src/engine/client';
import { ROOT } from '../support/settings';
import { imageCases, runImageCases } from './images';
import { killCases, runKillCase } from './kills';
import { messageCases, runMessageCase } from './messages';
import { networkCases, runNetworkCase } from './networks';
import { runSettingsCase, settingsCases } from './settings';
import { prepareStores, runStoreCase, storeCases } from './stores';
import { runTableCase, tableCases } from './tables';

interface Fuzz {
  /** Default number of cases. */
  count: number;
  /** @returns a summary of the outcomes. */
  run: (seed: number, count: number, home: string, engine: EngineClient) => Promise<string>;
}

/** Counts how often each outcome occurs. */
async function outcomes<Case>(
  cases: Iterable<Case>,
  run: (each: Case) => unknown,
): Promise<string> {
  const counts = new Map<string, number>();
  for (const each of cases) {
    const outcome = String(await run(each));
    counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  }
  const common = [...counts].sort((a, b) => b[1] - a[1]).slice(0, 3);
  return `${counts.size} outcomes, most often ${common.map(([outcome, count]) => `${count} × ${outcome.slice(0, 60)}`).join(', ')}`;
}

const FUZZES: Record<string, Fuzz> = {
  images: {
    count: 5000,
    run: async (seed, count, home, engine) => {
      const { images, failed, crashes } = await runImageCases(
        imageCases(seed, count),
        home,
        engine,
      );
      return `${images} images, ${failed} named as unusable, ${crashes} crashes of a decoder`;
    },
  },
  networks: {
    count: 2000,
    run: (seed, count, home, engine) =>
      outcomes(networkCases(seed, count), (each) => runNetworkCase(each, home, engine)),
  },
  messages: {
    count: 10_000,
    run: (seed, count) => outcomes(messageCases(seed, count), runMessageCase),
  },
  settings: {
    count: 2000,
    run: (seed, count) =>
      outcomes(settingsCases(seed, count), (each) => `${runSettingsCase(each)} refused`),
  },
  tables: {
    count: 2000,
    run: (seed, count, home) =>
      outcomes(tableCases(seed, count), (each) => runTableCase(each, home)),
  },
  stores: {
    count: 500,
    run: async (seed, count, home) => {
      const prepared = await prepareStores(home);
      return outcomes(
        storeCases(seed, count),
        async (each) => (await runStoreCase(each, prepared)).died ?? 'opened',
      );
    },
  },
  kills: {
    count: 200,
    run: (seed, count, home) => {
      const folder = process.env.FACE_CLUSTERS_SAMPLES ?? '';
      return outcomes(killCases(seed, count), async (each) =>
        (await runKillCase(each, folder, home)) ? 'killed' : 'over before',
      );
    },
  },
};

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      seed: { type: 'string', default: '1' },
      count: { type: 'string' },
      times: { type: 'string', default: '1' },
    },
  });
  const unknown = positionals.find((name) => !Object.hasOwn(FUZZES, name));
  if (unknown !== undefined)
    throw new Error(`expected some of ${Object.keys(FUZZES).join(', ')}, got '${unknown}'`);
  for (let time = 0; time < Number(values.times); time++) {
    const seed = Number(values.seed) + time;
    for (const [name, { count, run }] of Object.entries(FUZZES)) {
      if (positionals.length > 0 && !positionals.includes(name)) continue;
      const home = await mkdtemp(join(tmpdir(), 'face-clusters-fuzz-'));
      const engine = new EngineClient(engineScript(ROOT));
      const start = performance.now();
      try {
        const said = await run(seed, Number(values.count ?? count), home, engine);
        console.log(
          `${name}, seed ${seed}, ${((performance.now() - start) / 1000).toFixed(0)} s: ${said}`,
        );
      } finally {
        engine.dispose();
        await rm(home, { recursive: true, force: true });
      }
    }
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
