/** Runs in one file: written, opened elsewhere, and hostile ones. */
import { createHash } from 'node:crypto';
import { readFile, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fromBuffer } from 'yauzl';
import { beforeEach, describe, expect, it } from 'vitest';
import { logPath } from '../../src/corrections/correction-log';
import { correctRun } from '../../src/engine/jobs/corrections';
import { embedRun } from '../../src/engine/jobs/embed';
import { cardsOf, locate } from '../../src/engine/jobs/inspect';
import { packRun } from '../../src/engine/jobs/pack-run';
import { photo } from '../../src/engine/jobs/photo';
import { unpackRun } from '../../src/engine/jobs/unpack-run';
import type { RunManifest } from '../../src/domain/run';
import { readClustering } from '../../src/runs/run-files';
import { UserError } from '../../src/util/errors';
import { jobContext } from '../support/context';
import { bundled, killEngine, startEngine } from '../support/engine';
import { temporaryFolder } from '../support/images';
import { clusterRun, type RunContent, writeRun } from '../support/written-runs';
import { zipOf, type ZipEntry } from '../support/zip';

/** A run with a name given to a cluster, and the file of it. */
async function packed(content: RunContent = {}) {
  const folder = await temporaryFolder();
  const runDir = join(folder, 'original');
  await writeRun(runDir, content);
  await clusterRun(runDir, content.faces);
  await correctRun({ runDir, request: { kind: 'name', cluster: 1, name: 'Anna' } }, jobContext());
  const file = join(folder, 'some.faceclusters');
  const { bytes } = await packRun({ runDir, file, overwrite: false }, jobContext());
  return { folder, runDir, file, bytes };
}

const unpack = (file: string, runDir: string) => unpackRun({ file, runDir, bundled }, jobContext());

describe('a file of a run', () => {
  it('opens elsewhere with clusters, crops and corrections, which can be undone there', async () => {
    const { folder, runDir, file, bytes } = await packed();
    expect((await stat(file)).size).toBe(bytes);
    const before = await readClustering(runDir);
    await rm(runDir, { recursive: true });
    const other = join(folder, 'other', 'run');
    expect(await unpack(file, other)).toMatchObject({ faces: 40, folders: ['/photos'], file });
    const opened = await readClustering(other);
    expect(opened).toEqual(before);
    const [card] = await cardsOf({ runDir: other, rows: [7] });
    expect(card!.image).toBe('a/7.jpg');
    expect(card!.jpeg.length).toBeGreaterThan(100);
    const undone = await correctRun({ runDir: other, request: { kind: 'undo' } }, jobContext());
    expect(undone.clusters[1]!.said).toBeUndefined();
    expect(undone.corrections).toMatchObject({ redo: { text: 'Named a cluster “Anna”' } });
  });

  it('is saved again with corrections made there', async () => {
    const { folder, file } = await packed();
    const other = join(folder, 'other', 'run');
    await unpack(file, other);
    await correctRun(
      { runDir: other, request: { kind: 'merge', into: 0, others: [1] } },
      jobContext(),
    );
    await packRun({ runDir: other, file, overwrite: true }, jobContext());
    const back = join(folder, 'back', 'run');
    await unpack(file, back);
    expect(await readFile(logPath(back), 'utf8')).toBe(await readFile(logPath(other), 'utf8'));
    const again = await correctRun({ runDir: back, request: { kind: 'undo' } }, jobContext());
    expect(again.clusters).toHaveLength(2);
    expect(again.clusters.some(({ said }) => said?.name === 'Anna')).toBe(true);
  });

  it('does not replace another file unless told so, and leaves nothing beside it', async () => {
    const { folder, runDir, file } = await packed();
    await writeFile(file, 'mine');
    await expect(packRun({ runDir, file, overwrite: false }, jobContext())).rejects.toThrow(
      'is there already',
    );
    expect(await readFile(file, 'utf8')).toBe('mine');
    const stopped = { ...jobContext(), signal: AbortSignal.abort(new Error('stopped')) };
    await expect(packRun({ runDir, file, overwrite: true }, stopped)).rejects.toThrow();
    expect(await readFile(file, 'utf8')).toBe('mine');
    expect((await readdir(folder)).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  it('is the old or the new one when the process that saves it is killed', async () => {
    const { folder, runDir, file } = await packed({ faces: 2000 });
    const engine = startEngine();
    let killed = 0;
    for (let round = 0; round < 12; round++) {
      const saving = engine.call('pack', { runDir, file, overwrite: true }).catch(() => {
        killed += 1;
      });
      await wait(round * 25);
      killEngine(engine);
      await saving;
      const other = join(folder, `after-${round}`, 'run');
      expect(await unpack(file, other)).toMatchObject({ faces: 2000 });
    }
    expect(killed).toBeGreaterThan(0);
    // A folder that was left without its owner's name is removed when it is old.
    const hidden = async () => (await readdir(folder)).filter((name) => name.startsWith('.'));
    for (const name of await hidden()) await utimes(join(folder, name), 0, 0);
    await packRun({ runDir, file, overwrite: true }, jobContext());
    expect(await hidden()).toEqual([]);
  });

  it('is a .zip file that other programs read', async () => {
    const { file } = await packed();
    const names: string[] = [];
    const bytes = await readFile(file);
    await new Promise<void>((resolve, reject) => {
      fromBuffer(bytes, { lazyEntries: true }, (error, zip) => {
        if (error !== null) {
          reject(error);
          return;
        }
        zip.on('entry', ({ fileName }: { fileName: string }) => {
          names.push(fileName);
          zip.readEntry();
        });
        zip.on('end', resolve);
        zip.readEntry();
      });
    });
    expect(names[0]).toBe('run.json');
    expect(names).toContain('corrections.jsonl');
    expect(names).toContain('crops.bin');
  });

  it('says that a photo is not on this machine', async () => {
    const { folder, file } = await packed();
    const runDir = join(folder, 'other', 'run');
    await unpack(file, runDir);
    const missing = 'the photo is not on this machine';
    await expect(photo({ runDir, row: 3 }, jobContext())).rejects.toThrow(missing);
    await expect(locate({ runDir, row: 3 })).rejects.toThrow(missing);
  });

  it('chooses no network that this machine runs, and names no folder of another machine', async () => {
    const model = join(await temporaryFolder(), 'network.onnx');
    await writeFile(model, 'a network');
    const modelSha256 = createHash('sha256').update('a network').digest('hex');
    const folders = ['//evil/share', '\\\\evil\\share', 'relative', '/photos'];
    const { folder, file } = await packed({ folders, changes: { model, modelSha256 } });
    const runDir = join(folder, 'other', 'run');
    const manifest = await unpack(file, runDir);
    expect(manifest.model).toBe('network.onnx');
    expect(manifest.folders.map((each) => each.startsWith(runDir))).toEqual([
      true,
      true,
      true,
      false,
    ]);
    await expect(embedRun({ runDir, storeDir: null }, jobContext())).rejects.toThrow(
      'is not a part of this program',
    );
  });
});

/** Entries of a file that can be opened. */
let entries: ZipEntry[];

beforeEach(async () => {
  const { runDir } = await packed();
  const names = await readdir(runDir);
  entries = await Promise.all(
    names.map(async (name) => ({ name, content: await readFile(join(runDir, name)) })),
  );
});

/** Random numbers in [0, 1) from a seed. */
function mulberry(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const replaced = (name: string, content: Uint8Array | string): ZipEntry[] =>
  entries.map((entry) => (entry.name === name ? { ...entry, content } : entry));

function changedManifest(change: (manifest: RunManifest) => object): ZipEntry[] {
  const { content } = entries.find(({ name }) => name === 'run.json')!;
  const manifest = JSON.parse(String(content)) as RunManifest;
  return replaced('run.json', JSON.stringify({ ...manifest, ...change(manifest) }));
}

const nan = () => {
  const values = new Float32Array(40 * 3);
  values[17] = NaN;
  return new Uint8Array(values.buffer);
};

describe('a hostile file', () => {
  const cases: [string, () => Uint8Array | string, string][] = [
    ['is not a .zip file', () => 'some text that is no archive', 'it is no .zip file'],
    ['is empty', () => '', 'it is no .zip file'],
    ['is cut off', () => zipOf(entries).subarray(0, -100), 'it is cut off'],
    [
      'names a file outside',
      () => zipOf([...entries, { name: '../../evil', content: 'x' }]),
      'leads out of the archive',
    ],
    [
      'names an absolute path',
      () => zipOf([...entries, { name: '/etc/evil', content: 'x' }]),
      "it holds 'etc/evil', which is unexpected",
    ],
    [
      'holds a link',
      () => zipOf([...entries.slice(1), { name: entries[0]!.name, content: '/', mode: 0o120777 }]),
      'it is a link or a device',
    ],
    ['holds a file twice', () => zipOf([...entries, entries[0]!]), 'twice'],
    [
      'holds many files',
      () => zipOf(Array.from({ length: 50 }, (_, i) => ({ name: `f${i}`, content: 'x' }))),
      'it has 50 entries: expected at most',
    ],
    [
      'grows by a thousand times',
      () => zipOf(replaced('probabilities.f32', new Uint8Array(80_000_000))),
      'more than 100 times its size',
    ],
    [
      'says that it is small',
      () =>
        zipOf(
          replaced('pictures.json', '').concat({
            name: 'places.json',
            content: new Uint8Array(60_000_000),
            size: 1000,
          }),
        ),
      "'places.json' is damaged: expected 1,000 bytes, got more",
    ],
    [
      'has a wrong checksum',
      () => zipOf(entries.map((entry) => ({ ...entry, crc: 5 }))),
      'its checksum (CRC-32)',
    ],
    [
      'lacks its manifest',
      () => zipOf(entries.filter(({ name }) => name !== 'run.json')),
      "it holds no 'run.json'",
    ],
    [
      'is of another version',
      () => zipOf(changedManifest(() => ({ version: 99 }))),
      'its clusters are of version 99, and this program reads version',
    ],
    [
      'holds more faces than it has',
      () => zipOf(changedManifest(() => ({ faces: 1e9 }))),
      ': expected 1',
    ],
    [
      'groups attributes that it does not have',
      () => zipOf(changedManifest(() => ({ groups: [[0, 1e9]] }))),
      "its 'run.json' groups column 1000000000",
    ],
    [
      'has fewer thresholds than attributes',
      () => zipOf(changedManifest(() => ({ thresholds: [0.5] }))),
      "its 'run.json' has 1 thresholds: expected 3",
    ],
    [
      'has huge crops',
      () => zipOf(changedManifest(() => ({ crop: { width: 8000, height: 8000 } }))),
      "its 'run.json' has too large crops",
    ],
    [
      'has crops of other sizes than it says',
      () => zipOf(changedManifest(() => ({ crop: { width: 17, height: 24 } }))),
      "its 'crops.json' has other crops than 17×24 pixels",
    ],
    ['holds NaN', () => zipOf(replaced('probabilities.f32', nan())), 'that is not a number'],
    [
      'lacks crops',
      () => zipOf(entries.filter(({ name }) => name !== 'crops.bin')),
      "its 'crops.bin' is missing",
    ],
    [
      'has merges that never end',
      () => {
        const { content } = entries.find(({ name }) => name === 'clustering.json')!;
        const tree = [{ a: 0, b: 2, height: 1, size: 2 }];
        return zipOf(
          replaced(
            'clustering.json',
            String(content).replace('"tree":null', `"tree":${JSON.stringify(tree)}`),
          ),
        );
      },
      "its 'clustering.json' has merges that are no tree",
    ],
    ['has other JSON', () => zipOf(replaced('clustering.json', '[1]')), "its 'clustering.json'"],
    [
      'has images outside of their folder',
      () => {
        const { content } = entries.find(({ name }) => name === 'faces.json')!;
        return zipOf(
          replaced('faces.json', String(content).replace('a/7.jpg', '../../../etc/passwd')),
        );
      },
      "its 'faces.json' has no valid image in row 7",
    ],
    [
      'has raw paths outside of their folder',
      () => {
        const { content } = entries.find(({ name }) => name === 'faces.json')!;
        const raw = Buffer.from('/photos/../etc/passwd').toString('base64');
        return zipOf(
          replaced(
            'faces.json',
            String(content).replace('"rawPaths":{', `"rawPaths":{"3":"${raw}"`),
          ),
        );
      },
      'has a path that leads out of its folder in row 3',
    ],
  ];
  it.each(cases)('that %s is refused with the reason, and leaves nothing', async (_, make, why) => {
    const folder = await temporaryFolder();
    const file = join(folder, 'hostile.faceclusters');
    await writeFile(file, make());
    const place = join(folder, 'place');
    const opening = unpack(file, join(place, 'run'));
    await expect(opening).rejects.toThrow("'hostile.faceclusters' cannot be opened: ");
    await expect(opening).rejects.toThrow(why);
    expect(await readdir(place)).toEqual([]);
    expect((await readdir(folder)).sort()).toEqual(['hostile.faceclusters', 'place']);
  });

  it('that was changed anywhere is opened or refused, and nothing else happens', async () => {
    const folder = await temporaryFolder();
    const file = join(folder, 'changed.faceclusters');
    const original = zipOf(entries);
    const random = mulberry(51);
    const below = (n: number) => Math.floor(random() * n);
    let refused = 0;
    for (let round = 0; round < 150; round++) {
      const bytes = Buffer.from(original);
      for (let i = below(8); i >= 0; i--) {
        // The directory at the end is small, and most interesting.
        const at = round % 2 === 0 ? below(bytes.length) : bytes.length - 1 - below(1500);
        bytes[at] = below(256);
      }
      await writeFile(file, round % 5 === 0 ? bytes.subarray(0, below(bytes.length)) : bytes);
      const place = join(folder, `place-${round}`);
      try {
        await unpack(file, join(place, 'run'));
      } catch (error) {
        refused += 1;
        expect(error).toBeInstanceOf(UserError);
        expect(await readdir(place)).toEqual([]);
      }
    }
    expect(refused).toBeGreaterThan(75);
    const places = Array.from({ length: 150 }, (_, i) => `place-${i}`);
    expect((await readdir(folder)).sort()).toEqual(['changed.faceclusters', ...places].sort());
  });

  it('that is missing is refused', async () => {
    const folder = await temporaryFolder();
    await expect(unpack(join(folder, 'gone'), join(folder, 'place', 'run'))).rejects.toThrow(
      "'gone' cannot be opened: ",
    );
  });
});
