/**
 * `npm run soak`: repeats runs, changes of settings, pages, photos and cancellations for a given
 * time. Memory, open files, processes and temporary files are measured after each round, and may
 * not grow.
 */
import { cp, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Settings } from '../../src/domain/settings';
import { engineScript } from '../../src/engine/bundled-files';
import { EngineClient } from '../../src/engine/client';
import { RunLibrary } from '../../src/host/runs/run-library';
import { bundled, ROOT, settingsWith } from '../support/settings';
import { grew, processTree, usage } from '../vscode/soak/measure';

/** Measurement of the program and all its descendant processes. */
interface Sample {
  /** Minutes since the start. */
  minute: number;
  /** Resident memory, in megabytes. */
  memory: number;
  /** Open files. */
  descriptors: number;
  processes: number;
  /** The product's entries in the temporary folder. */
  temporary: number;
}

/** Rounds after which the same settings recur: medians over so many rounds are compared. */
const PERIOD = 30;
/** Minutes until the baseline is measured. */
const SETTLED = 10;

const CHANGES: Partial<Settings>[] = [
  { clusters: 4 },
  { clusters: 9, features: 'probability' },
  { method: 'agglomerative', clusters: 6 },
  { method: 'hdbscan' },
  { clusters: 'auto', autoTo: 8 },
  { weights: 'rare', clusters: 5 },
];

/** Fewest processes of any round so far. */
let fewestProcesses = Infinity;

/** Gives processes that have been told to end some seconds; those that stay are measured. */
async function waitForProcesses(): Promise<void> {
  for (let tries = 0; tries < 20 && processTree(process.pid).length > fewestProcesses; tries++)
    await wait(250);
  fewestProcesses = Math.min(fewestProcesses, processTree(process.pid).length);
}

async function measure(started: number): Promise<Sample> {
  await waitForProcesses();
  const tree = processTree(process.pid);
  const temporary = (await readdir(tmpdir())).filter((name) =>
    name.startsWith('face-clusters-'),
  ).length;
  return {
    minute: (performance.now() - started) / 60_000,
    ...usage(tree),
    processes: tree.length,
    temporary,
  };
}

async function main() {
  const { values } = parseArgs({ options: { minutes: { type: 'string', default: '60' } } });
  const minutes = Number(values.minutes);
  const home = await mkdtemp(join(tmpdir(), 'face-clusters-soak-'));
  // Temporary folders of its own: other programs may run beside it.
  process.env.TMPDIR = join(home, 'temporary');
  await mkdir(process.env.TMPDIR);
  const photos = join(home, 'photos');
  await cp(process.env.FACE_CLUSTERS_SAMPLES ?? '', photos, { recursive: true });
  const engine = new EngineClient(engineScript(ROOT));
  let settings = settingsWith();
  const context = {
    engine,
    bundled,
    storeDir: join(home, 'store'),
    settings: () => settings,
    trusted: () => true,
    log: (message: string) => void problems.push(message),
  };
  const problems: string[] = [];
  await mkdir(join(home, 'runs'));
  const samples: Sample[] = [];
  const started = performance.now();
  let rounds = 0;
  try {
    while (performance.now() - started < minutes * 60_000) {
      await round(new RunLibrary(context, join(home, 'runs')), photos, rounds, (changed) => {
        settings = settingsWith(changed);
      });
      rounds += 1;
      samples.push(await measure(started));
      const { minute, memory, descriptors, processes, temporary } = samples.at(-1)!;
      console.log(
        `${minute.toFixed(1)} min, round ${rounds}: ${memory.toFixed(0)} MB, ${descriptors} open files, ${processes} processes, ${temporary} temporary`,
      );
    }
  } finally {
    engine.dispose();
    await rm(home, { recursive: true, force: true });
  }
  if (problems.length > 0) throw new Error(`something failed: ${problems.slice(0, 3).join('; ')}`);
  const settled = Math.min(SETTLED, minutes / 2);
  const [before, after] = [
    samples.filter(({ minute }) => minute >= settled).slice(0, PERIOD),
    samples.slice(-PERIOD),
  ];
  for (const name of ['memory', 'descriptors', 'processes', 'temporary'] as const) {
    const values = (of: Sample[]) => of.map((each) => each[name]);
    if (grew(name, values(before), values(after))) process.exitCode = 1;
  }
}

/** A user's actions of some minutes. */
async function round(
  library: RunLibrary,
  photos: string,
  number: number,
  change: (values: Partial<Settings>) => void,
): Promise<void> {
  await library.load();
  const session = library.getOrCreate([photos]);
  change({ detect: number % 2 === 0 ? 'never' : 'always', cache: number % 3 !== 0 });
  await session.analyze();
  for (const values of CHANGES) {
    change(values);
    await session.followSettings();
    const clusters = session.clustering?.clusters ?? [];
    await Promise.all(
      clusters
        .slice(0, 4)
        .map(({ id }) =>
          session.queries.faces({ cluster: id, order: 'typical', start: 0, count: 20 }),
        ),
    );
  }
  await session.queries.photo(number % 20);
  const cancelled = session.analyze();
  setTimeout(() => {
    session.cancel();
  }, 300);
  await cancelled;
  if (number % 5 === 0) await session.compare();
  await library.remove(session);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
