import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { RunManifest } from '../../src/domain/run';
import { analysisSettings, type Settings } from '../../src/domain/settings';
import { readRun } from '../../src/runs/run-store';
import { bundled, settingsWith, startEngine } from '../support/engine';
import { PORTRAITS, ROOT, temporaryFolder } from '../support/images';

const FAULTS = join(ROOT, 'test', 'support', 'faults.cjs');

/** Lets JPEGs that end with the name of a fault bring down whoever decodes them. */
function withFaults(): void {
  const before = process.env.NODE_OPTIONS;
  process.env.NODE_OPTIONS = `--require "${FAULTS}"`;
  onTestFinished(() => {
    if (before === undefined) delete process.env.NODE_OPTIONS;
    else process.env.NODE_OPTIONS = before;
  });
}

const GOOD = 40;

/** Portraits, with files that are poison among them. */
async function folderWith(...poison: string[]) {
  const folder = join(await temporaryFolder(), 'photos');
  await mkdir(folder);
  const women = (await readdir(join(PORTRAITS, 'female'))).slice(0, GOOD);
  for (const [i, name] of women.entries()) {
    await copyFile(
      join(PORTRAITS, 'female', name),
      join(folder, `m ${String(i).padStart(2, '0')}.jpg`),
    );
  }
  // Of other content than the others: what is kept of an image is kept by its content.
  const content = await readFile(join(PORTRAITS, 'female', women[0]!));
  for (const name of poison) {
    const fault = Buffer.from(`fault: ${/^\w+/.exec(name)![0]}`);
    await writeFile(join(folder, name), Buffer.concat([content, Buffer.from(name), fault]));
  }
  return { folder, good: Math.min(GOOD, women.length) };
}

async function analysis(
  folder: string,
  values: Partial<Settings> = {},
  storeDir: string | null = null,
) {
  const runDir = join(await temporaryFolder(), 'run');
  const settings = analysisSettings(
    settingsWith({ maxImageSeconds: 3, maxImageMemory: 300, ...values }),
  );
  return { runDir, id: 'test', folders: [folder], settings, bundled, storeDir };
}

const reasonsOf = ({ failures }: RunManifest) =>
  Object.fromEntries(failures.map(({ image, reason }) => [image, reason]));

/** What a run says of its faces. */
async function facesOf(runDir: string) {
  const { faces, probabilities } = await readRun(runDir);
  return { images: faces.image, probabilities: Array.from(probabilities) };
}

const CASES: [name: string, file: string, reason: RegExp, limits?: Partial<Settings>][] = [
  ['crashes', 'segfault.jpg', /^the image is damaged: its decoder crashed \(SIGSEGV\)$/],
  ['never ends', 'hang.jpg', /^reading it takes longer than 3 s \(setting maxImageSeconds\)$/],
  [
    'takes memory without end',
    'memory.jpg',
    /^reading it takes more than 300 MB of memory \(setting maxImageMemory\)$/,
    { maxImageSeconds: 30 },
  ],
  [
    'fills the heap',
    'heap.jpg',
    /^(reading it takes (more than 300 MB of memory|longer)|the image is damaged: its decoder crashed)/,
  ],
  [
    'ends its thread',
    'exit.jpg',
    /^the image is damaged: its decoder crashed \(the process ended \(status 7\)\)$/,
  ],
  [
    'throws where nobody catches',
    'uncaught.jpg',
    /^the image is damaged: its decoder crashed \(the process ended \(status 1\)\)$/,
  ],
];

describe('a photo that brings its decoder down', () => {
  it.each(CASES)('%s costs itself alone, and is named', async (_, file, reason, limits = {}) => {
    const { folder, good } = await folderWith(file);
    withFaults();
    const params = await analysis(folder, limits);
    const manifest = await startEngine().call('analyze', params);
    expect(reasonsOf(manifest)).toEqual({ [file]: expect.stringMatching(reason) as string });
    expect(manifest.images).toEqual({ found: good + 1, read: good, failed: 1, withoutFace: 0 });
    delete process.env.NODE_OPTIONS;
    const undisturbed = await folderWith();
    const other = await analysis(undisturbed.folder);
    await startEngine().call('analyze', other);
    expect(await facesOf(params.runDir)).toEqual(await facesOf(other.runDir));
  });

  it('is named when faces are searched for as well, and when `auto` looks at it', async () => {
    const { folder, good } = await folderWith('hang.jpg', 'segfault.jpg');
    withFaults();
    const manifest = await startEngine().call(
      'analyze',
      await analysis(folder, { detect: 'auto' }),
    );
    expect(Object.keys(reasonsOf(manifest)).sort()).toEqual(['hang.jpg', 'segfault.jpg']);
    expect(manifest.images.found).toBe(good + 2);
    expect(manifest.images.failed).toBe(2);
  });

  it('of any kind, among others of any kind, is named', async () => {
    const { folder, good } = await folderWith(
      'segfault.jpg',
      'segfault 2.jpg',
      'hang.jpg',
      'memory.jpg',
      'exit.jpg',
    );
    withFaults();
    const manifest = await startEngine().call('analyze', await analysis(folder));
    expect(Object.keys(reasonsOf(manifest)).sort()).toEqual([
      'exit.jpg',
      'hang.jpg',
      'memory.jpg',
      'segfault 2.jpg',
      'segfault.jpg',
    ]);
    expect(manifest.images.read).toBe(good);
  });

  it('is remembered, until the limits are others', async () => {
    const { folder, good } = await folderWith('hang.jpg');
    const storeDir = join(await temporaryFolder(), 'store');
    // Files that were written just now are not trusted to be what they were.
    await new Promise((resolve) => setTimeout(resolve, 2200));
    withFaults();
    await startEngine().call('analyze', await analysis(folder, {}, storeDir));
    delete process.env.NODE_OPTIONS; // it would be read now
    const again = await startEngine().call('analyze', await analysis(folder, {}, storeDir));
    expect(again).toMatchObject({ known: good + 1, images: { read: good, failed: 1 } });
    expect(reasonsOf(again)).toEqual({
      'hang.jpg': expect.stringMatching(/takes longer than 3 s/) as string,
    });
    const patient = await startEngine().call(
      'analyze',
      await analysis(folder, { maxImageSeconds: 9 }, storeDir),
    );
    expect(patient.images).toMatchObject({ read: good + 1, failed: 0 });
  });

  it('cannot keep a run from being cancelled', async () => {
    const { folder } = await folderWith('hang.jpg');
    withFaults();
    const controller = new AbortController();
    const engine = startEngine();
    const call = engine.call('analyze', await analysis(folder, { maxImageSeconds: 3600 }), {
      signal: controller.signal,
      onProgress: ({ stage }) => {
        if (stage === 'infer') setTimeout(controller.abort.bind(controller), 500);
      },
    });
    await expect(call).rejects.toThrow('cancelled');
    await expect.poll(() => engine.pids, { timeout: 5000 }).toEqual([]);
  });
});
