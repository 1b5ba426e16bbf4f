/** The cache of the engine, with real portraits. */
import { execFile, spawn } from 'node:child_process';
import {
  copyFile,
  cp,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { Progress } from '../../src/domain/progress';
import type { RunManifest } from '../../src/domain/run';
import { analysisSettings, type Settings } from '../../src/domain/settings';
import type { EngineClient } from '../../src/engine/client';
import type { EngineCalls } from '../../src/protocol/engine';
import { CLI, bundled, settingsWith, startEngine } from '../support/engine';
import { PORTRAITS, ROOT, temporaryFolder } from '../support/images';

const exec = promisify(execFile);

/** Milliseconds until the times of a file that was just written are trusted. */
const SETTLING = 2300;

interface Place {
  folder: string;
  params: (values?: Partial<Settings>) => EngineCalls['analyze']['params'];
}

/** Copies the portraits to a folder, with places for their run and the store. */
async function place(): Promise<Place> {
  const home = await temporaryFolder();
  const folder = join(home, 'photos');
  await cp(PORTRAITS, folder, { recursive: true });
  const params = (values: Partial<Settings> = {}) => ({
    runDir: join(home, 'run'),
    id: 'test',
    folders: [folder],
    settings: analysisSettings(settingsWith(values)),
    bundled,
    storeDir: join(home, 'store'),
  });
  return { folder, params };
}

/** Probabilities of each face of a run, by image and index. */
async function facesOf(
  runDir: string,
  { modelAttributes }: RunManifest,
): Promise<Map<string, number[]>> {
  const table = JSON.parse(await readFile(join(runDir, 'faces.json'), 'utf8')) as {
    image: string[];
    face: number[];
  };
  const bytes = await readFile(join(runDir, 'probabilities.f32'));
  const values = new Float32Array(new Uint8Array(bytes).buffer);
  const width = modelAttributes.length;
  return new Map(
    table.image.map((image, row) => [
      `${image} ${table.face[row]!}`,
      Array.from(values.subarray(row * width, (row + 1) * width)),
    ]),
  );
}

async function analyze(
  engine: EngineClient,
  params: EngineCalls['analyze']['params'],
  options: { onProgress?: (progress: Progress) => void } = {},
) {
  const manifest = await engine.call('analyze', params, options);
  return { manifest, faces: await facesOf(params.runDir, manifest) };
}

const crops = async (engine: EngineClient, runDir: string) => {
  await engine.call('cluster', { runDir, settings: settingsWith({ clusters: 1 }) });
  const { faces: cards } = await engine.call('page', {
    runDir,
    cluster: 0,
    order: 'typical',
    start: 0,
    count: 500,
  });
  return new Map(
    cards.map(({ image, face, jpeg }) => [
      `${image} ${face}`,
      Buffer.from(jpeg).toString('base64'),
    ]),
  );
};

const LMDB_PAGE = 4096;

/**
 * Sets the length of each value of a leaf page to 1 GiB. LMDB does not check it, and reads memory
 * that is not mapped.
 */
function lengthenValues(page: Buffer): void {
  const header = 24;
  const isLeaf = page.readUInt16LE(18) === 2;
  for (let i = 0; isLeaf && i < page.readUInt16LE(20) / 2; i++)
    page.writeUInt32LE(1 << 30, header + page.readUInt16LE(header + 2 * i));
}

const images = async (folder: string) =>
  (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.jpg')).sort();

describe('a second run', () => {
  it('reads no unchanged image, and recognizes renamed and copied ones by their content', async () => {
    const engine = startEngine();
    const { folder, params } = await place();
    const names = await images(folder);
    await wait(SETTLING);
    const first = await analyze(engine, params());
    expect(first.manifest).toMatchObject({ known: 0, faces: 72, notices: [] });
    const before = await crops(engine, params().runDir);

    const second = await analyze(engine, params());
    expect(second.manifest).toMatchObject({ known: 72, faces: 72 });
    expect(second.faces).toEqual(first.faces);
    expect(await crops(engine, params().runDir)).toEqual(before);

    // There is no run in another place: everything comes from the store.
    const elsewhere = await analyze(engine, {
      ...params(),
      runDir: `${params().runDir}-elsewhere`,
    });
    expect(elsewhere.manifest).toMatchObject({ known: 72, faces: 72 });
    expect(elsewhere.faces).toEqual(first.faces);
    expect(await crops(engine, `${params().runDir}-elsewhere`)).toEqual(before);

    // The batch size does not affect the results.
    expect((await analyze(engine, params({ batchSize: 3 }))).manifest.known).toBe(72);

    await rename(join(folder, names[0]!), join(folder, 'renamed.jpg'));
    await copyFile(join(folder, names[1]!), join(folder, 'copied.jpg'));
    const now = new Date();
    await utimes(join(folder, names[2]!), now, now);
    await copyFile(join(folder, names[4]!), join(folder, names[3]!)); // now a copy of another image
    const third = await analyze(engine, params());
    expect(third.manifest).toMatchObject({ known: 73, faces: 73 });
    expect(third.faces.get('renamed.jpg 0')).toEqual(first.faces.get(`${names[0]!} 0`));
    expect(third.faces.get('copied.jpg 0')).toEqual(first.faces.get(`${names[1]!} 0`));
    expect(third.faces.get(`${names[3]!} 0`)).toEqual(first.faces.get(`${names[4]!} 0`));
    const after = await crops(engine, params().runDir);
    expect(after.get('copied.jpg 0')).toBe(before.get(`${names[1]!} 0`));
    expect(after.get(`${names[3]!} 0`)).toBe(before.get(`${names[4]!} 0`));
  });

  it('reuses a run of the same images, and no other', async () => {
    const engine = startEngine();
    const { folder, params } = await place();
    const names = await images(folder);
    await wait(SETTLING);
    const { runDir } = params();
    const first = await analyze(engine, params());
    const inode = async () => (await stat(join(runDir, 'crops.bin'))).ino;
    const before = await inode();
    const second = await analyze(engine, params({ batchSize: 2 }));
    expect(second.manifest).toMatchObject({ known: 72, faces: 72, settings: { batchSize: 2 } });
    expect(second.manifest.createdAt > first.manifest.createdAt).toBe(true);
    expect(second.faces).toEqual(first.faces);
    expect(await inode()).toBe(before); // nothing was copied

    // A damaged run, one of another network, and one with other images are replaced.
    await truncate(join(runDir, 'crops.bin'), 1000);
    expect((await analyze(engine, params())).faces).toEqual(first.faces);
    expect((await stat(join(runDir, 'crops.bin'))).size).toBeGreaterThan(1000);
    const other = await analyze(engine, params({ model: bundled.gpu }));
    expect(other.manifest).toMatchObject({ known: 0, faces: 72 });
    expect((await analyze(engine, params({ limit: 10 }))).manifest).toMatchObject({
      known: 10,
      faces: 10,
    });
    expect((await analyze(engine, params())).manifest).toMatchObject({ known: 72, faces: 72 });
    await rm(join(folder, names[0]!));
    expect((await analyze(engine, params())).manifest).toMatchObject({ known: 71, faces: 71 });
  });

  it('reads an image that has changed though its size and modification time are the same', async () => {
    const engine = startEngine();
    const { folder, params } = await place();
    const [name] = await images(folder);
    const file = join(folder, name!);
    const { mtime } = await stat(file);
    await wait(SETTLING);
    await analyze(engine, params());
    const bytes = await readFile(file);
    bytes[bytes.length - 3] = bytes[bytes.length - 3]! ^ 1;
    await writeFile(file, bytes);
    await utimes(file, mtime, mtime);
    const { manifest } = await analyze(engine, params());
    expect(manifest).toMatchObject({ known: 71, faces: 72 });
  });

  it('infers the same attributes for a face in any batch', async () => {
    const engine = startEngine();
    const { params } = await place();
    const all = await analyze(engine, params());
    const { params: other } = await place();
    const single = await analyze(engine, { ...other({ batchSize: 1, sample: 9 }), storeDir: null });
    expect(single.faces.size).toBe(9);
    for (const [face, values] of single.faces) {
      for (const [i, value] of values.entries())
        expect(all.faces.get(face)![i]).toBeCloseTo(value, 4);
    }
  });

  it('reuses the detections of a photo for another network, and infers attributes again', async () => {
    const engine = startEngine();
    const { params } = await place();
    const first = await analyze(engine, params({ detect: 'always' }));
    const boxes = async () =>
      (JSON.parse(await readFile(join(params().runDir, 'faces.json'), 'utf8')) as { box: unknown })
        .box;
    const before = await boxes();
    const other = await analyze(engine, params({ detect: 'always', model: bundled.gpu }));
    // The image without a face needs no inference.
    expect(other.manifest).toMatchObject({ known: 1, faces: first.manifest.faces });
    expect(await boxes()).toEqual(before);
    expect(other.faces).not.toEqual(first.faces);
    for (const [face, values] of other.faces) {
      const mean =
        values.reduce((sum, value, i) => sum + Math.abs(value - first.faces.get(face)![i]!), 0) /
        values.length;
      expect(mean).toBeLessThan(0.1);
    }
    // The results of the first network are still cached.
    expect((await analyze(engine, params({ detect: 'always' }))).manifest.known).toBe(72);
  });

  it('remembers an unusable image, and reads it again once it has changed', async () => {
    const engine = startEngine();
    const { folder, params } = await place();
    const [name] = await images(folder);
    await writeFile(
      join(folder, 'broken.jpg'),
      (await readFile(join(folder, name!))).subarray(0, 900),
    );
    await wait(SETTLING);
    const first = await analyze(engine, params());
    const made = async () => (await stat(join(params().runDir, 'faces.json'))).ino;
    const before = await made();
    const second = await analyze(engine, params());
    // The failure is known to be caused by the image itself, so the run is reused.
    expect(await made()).toBe(before);
    expect(second.manifest.failures).toEqual(first.manifest.failures);
    expect(second.manifest).toMatchObject({ known: 73, images: { failed: 1 } });
    await copyFile(join(folder, name!), join(folder, 'broken.jpg'));
    expect((await analyze(engine, params())).manifest).toMatchObject({
      known: 73,
      images: { failed: 0 },
      faces: 73,
    });
  });

  it('with one new image releases threads that it does not need, whatever they are doing', async () => {
    const { folder, params } = await place();
    const engine = startEngine();
    await analyze(engine, params());
    const [first, ...others] = await images(folder);
    for (const other of others.slice(0, 12)) {
      await copyFile(join(folder, other), join(folder, first!));
      expect((await analyze(engine, params())).manifest).toMatchObject({ faces: 72 });
    }
  });

  it('without the cache reads everything and stores nothing', async () => {
    const engine = startEngine();
    const { params } = await place();
    await analyze(engine, params({ cache: false }));
    expect((await analyze(engine, params({ cache: false }))).manifest.known).toBe(0);
    await expect(stat(params().storeDir!)).rejects.toThrow('ENOENT');
  });
});

describe('the store', () => {
  it('serves two engines at the same time', async () => {
    const [one, two] = [startEngine(), startEngine()];
    const { params } = await place();
    const results = await Promise.all([analyze(one, params()), two.call('analyze', params())]);
    expect(results[0].manifest.faces).toBe(72);
    expect(results[1].faces).toBe(72);
    expect((await analyze(one, params())).manifest).toMatchObject({ known: 72, faces: 72 });
  });

  it('is recreated if it is damaged, and can be cleared', async () => {
    const { params } = await place();
    const storeDir = params().storeDir!;
    await analyze(startEngine(), params());
    await writeFile(join(storeDir, 'faces.mdb'), Buffer.alloc(20_000, 7));
    const engine = startEngine();
    expect((await analyze(engine, params())).manifest).toMatchObject({
      known: 0,
      faces: 72,
      notices: [
        expect.stringMatching(
          /^What was found before is forgotten, and images are read again: .*'faces.mdb' is damaged/,
        ),
      ],
    });
    expect((await engine.call('storeSize', { storeDir })).images).toBe(72);
    await engine.call('clearStore', { storeDir });
    await expect(stat(storeDir)).rejects.toThrow('ENOENT');
    expect((await analyze(engine, params())).manifest).toMatchObject({ known: 0, faces: 72 });
  });

  it('is recreated by the next engine after it has crashed one', async () => {
    const { params } = await place();
    const storeDir = params().storeDir!;
    await wait(SETTLING); // files are not recognized by their times before
    await analyze(startEngine(), params());
    const file = join(storeDir, 'faces.mdb');
    const bytes = await readFile(file);
    for (
      let at = bytes.indexOf('/photos/');
      at >= 0;
      at = bytes.indexOf('/photos/', at + LMDB_PAGE)
    ) {
      lengthenValues(bytes.subarray(at - (at % LMDB_PAGE)).subarray(0, LMDB_PAGE));
    }
    await writeFile(file, bytes);
    // In another place, because the run itself would be reused.
    const elsewhere = { ...params(), runDir: `${params().runDir}-elsewhere` };
    const { manifest } = await analyze(startEngine(), elsewhere);
    expect(manifest).toMatchObject({
      known: 0,
      faces: 72,
      notices: expect.arrayContaining([expect.stringContaining('was made anew')]) as string[],
    });
    expect((await analyze(startEngine(), elsewhere)).manifest).toMatchObject({
      known: 72,
      notices: [],
    });
  });

  it('can be cleared in the middle of a run of the same engine', async () => {
    const engine = startEngine();
    const { params } = await place();
    await analyze(engine, params());
    const storeDir = params().storeDir!;
    for (let i = 0; i < 5; i++) {
      const run = engine.call('analyze', {
        ...params({ detect: i % 2 === 0 ? 'always' : 'never' }),
        runDir: `${params().runDir}-${i}`,
      });
      await wait(i * 60);
      await engine.call('clearStore', { storeDir });
      const faces = await run.then(
        (manifest) => manifest.faces,
        (error: unknown) => String(error),
      );
      // The run fails where it needs crops that were removed.
      if (typeof faces === 'string')
        expect(faces).toMatch(/the cache was cleared in the middle of a run/);
      else expect(faces).toBeGreaterThan(70);
    }
    expect((await analyze(engine, params())).manifest.faces).toBe(72);
  });

  it('refuses a folder with other files, and leaves it unchanged', async () => {
    const { folder } = await place();
    const album = join(folder, 'faces', 'album', 'photo.jpg');
    await mkdir(join(album, '..'), { recursive: true });
    await copyFile(join(folder, (await images(folder))[0]!), album);
    const before = (await readdir(folder, { recursive: true })).sort();
    const out = join(folder, '..', 'out');
    for (let i = 0; i < 2; i++) {
      const { status, stdout } = await cli(
        ['cluster', folder, '--out', out, '--provider', 'cpu', '--detect', 'never'],
        folder,
      );
      expect(status).toBe(0);
      expect(stdout).toMatch(
        /note: What was found before cannot be used, and nothing is kept: .* cannot be opened \(it holds other files \('album'\)/,
      );
    }
    expect((await readdir(folder, { recursive: true })).sort()).toEqual(before);
  });

  it('is not used if it cannot be opened, and the run reports that', async () => {
    const engine = startEngine();
    const { params } = await place();
    await writeFile(params().storeDir!, 'a file where a folder should be');
    const { manifest } = await analyze(engine, params());
    expect(manifest.faces).toBe(72);
    expect(manifest.notices).toEqual([expect.stringContaining('cannot be opened')]);
  });
});

describe('an interrupted run', () => {
  it('that is killed at 20 random moments loses no image and counts none twice', async () => {
    const { folder, params } = await place();
    // More images than one batch of the store, each with different content, and as many as keep this
    // machine busy for several times the interval between the store's commits.
    const originals = await images(folder);
    let all = originals.length;
    let whole: Awaited<ReturnType<typeof analyze>> | undefined;
    let milliseconds = 0;
    for (let copies = 3; milliseconds < 1500 && copies < 100; copies *= 2) {
      for (const name of originals) {
        const bytes = await readFile(join(folder, name));
        for (let copy = all / originals.length; copy <= copies; copy++)
          await writeFile(
            join(folder, `${name}.${copy}.jpg`),
            Buffer.concat([bytes, Buffer.from(String(copy))]),
          );
      }
      all = (copies + 1) * originals.length;
      let began = 0;
      const onProgress = ({ stage }: Progress) => {
        if (stage === 'infer' && began === 0) began = performance.now();
      };
      whole = await analyze(startEngine(), { ...params(), storeDir: null }, { onProgress });
      milliseconds = performance.now() - began;
    }
    let state = 12345;
    const random = () => (state = (state * 1103515245 + 12345) % 2 ** 31) / 2 ** 31;
    for (let kill = 0; kill < 20; kill++) {
      const engine = startEngine();
      // Moments are fractions of the work, not of time, so that slow machines progress as well. Each
      // is a little later than a step, and later than the previous moment.
      const [moment, delay] = [((kill + random()) / 20) * all, random() * 30];
      await new Promise<void>((resolve) => {
        const onProgress = ({ stage, done }: Progress) => {
          if (stage === 'infer' && done >= moment) setTimeout(resolve, delay);
        };
        engine.call('analyze', params(), { onProgress }).then(
          () => {
            resolve();
          },
          resolve, // killed
        );
      });
      engine.dispose();
    }
    const engine = startEngine();
    const { manifest, faces } = await analyze(engine, params());
    expect(manifest).toMatchObject({ faces: all, images: { found: all, read: all, failed: 0 } });
    expect(manifest.notices).toEqual([]); // the store was not recreated
    expect(manifest.known).toBeGreaterThan(0); // it continued where the others ended
    expect(faces).toEqual(whole?.faces);
    expect((await analyze(engine, params())).manifest.known).toBe(all);
  }, 300_000);

  it('on a full disk fails with a message, and continues when there is space', async () => {
    const { folder } = await place();
    const out = join(folder, '..', 'out');
    const cache = join(folder, '..', 'cache');
    await mkdir(cache);
    // Files cannot grow beyond 96 KiB: writing the store and the run fails as on a full disk, with
    // EFBIG instead of ENOSPC.
    const limited = await cli(
      ['cluster', folder, '--out', out, '--provider', 'cpu', '--detect', 'never'],
      cache,
      96,
    );
    expect(limited.status).toBe(1);
    expect(limited.stderr).toMatch(/no space left on the disk/);
    const free = await cli(
      ['cluster', folder, '--out', out, '--provider', 'cpu', '--detect', 'never'],
      cache,
    );
    expect(free.status).toBe(0);
    expect(free.stdout).toContain('72 faces in 72 of 72 images');
  });

  it('on a disk that becomes full at any point leaves the earlier run complete', async () => {
    const { params } = await place();
    const { runDir } = params();
    const first = await analyze(startEngine(), { ...params(), storeDir: null });
    const before = await readFile(join(runDir, 'run.json'), 'utf8');
    let failures = 0;
    for (const limit of [
      0, 100, 1000, 5000, 11_000, 12_000, 30_000, 100_000, 200_000, 350_000, 450_000,
    ]) {
      const engine = startEngine();
      await engine.call('storeSize', { storeDir: runDir }); // starts its process, so that it can be limited
      await exec('prlimit', ['--pid', String(engine.pids[0]), `--fsize=${limit}`]);
      const met = await engine.call('analyze', { ...params(), storeDir: null }).then(
        () => 'done',
        (error: unknown) => String(error),
      );
      engine.dispose();
      if (met === 'done') break;
      failures += 1;
      expect(met, `limit ${limit}`).toMatch(/there is no space left on the disk/);
      expect(await readFile(join(runDir, 'run.json'), 'utf8')).toBe(before);
      expect(await facesOf(runDir, first.manifest)).toEqual(first.faces);
      expect((await readdir(join(runDir, '..'))).filter((name) => name.startsWith('run'))).toEqual([
        'run',
      ]);
    }
    expect(failures).toBeGreaterThan(5);
  }, 240_000);

  it('is complete if only the store has no space, and reports that nothing was cached', async () => {
    const { params } = await place();
    const storeDir = params().storeDir!;
    await analyze(startEngine(), { ...params(), storeDir });
    const { size } = await stat(join(storeDir, 'crops.mdb'));
    await rm(storeDir, { recursive: true });
    // The run's own files are smaller than the store's by at least its first pages.
    const engine = startEngine();
    await engine.call('storeSize', { storeDir }); // starts its process, so that it can be limited
    for (const pid of engine.pids)
      await exec('prlimit', ['--pid', String(pid), `--fsize=${size - 4096}`]);
    const { manifest } = await analyze(engine, params());
    expect(manifest.faces).toBe(72);
    expect(manifest.notices).toEqual([
      expect.stringMatching(/could not be kept for the next run: there is no space left/),
    ]);
    const free = startEngine();
    expect((await analyze(free, params())).manifest.faces).toBe(72);
    expect((await analyze(free, params())).manifest).toMatchObject({ known: 72, notices: [] });
  });
});

describe('changes of a folder', () => {
  it('are counted without reading an image', async () => {
    const engine = startEngine();
    const { folder, params } = await place();
    const { runDir } = params();
    await analyze(engine, params());
    expect(await engine.call('changes', { runDir })).toEqual({ added: 0, changed: 0, removed: 0 });
    const names = await images(folder);
    await copyFile(join(folder, names[0]!), join(folder, 'added.jpg'));
    await rm(join(folder, names[1]!));
    await truncate(join(folder, names[2]!), 1000);
    expect(await engine.call('changes', { runDir })).toEqual({ added: 1, changed: 1, removed: 1 });
    await rm(join(runDir, 'images.json'));
    // Runs of older versions have no list of images.
    expect(await engine.call('changes', { runDir })).toBeNull();
  });
});

/** @param limit largest size of a file, in KiB. */
function cli(
  args: string[],
  cache: string,
  limit?: number,
): Promise<{ status: number | null; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const shell = limit === undefined ? 'exec "$@"' : `ulimit -f ${limit}; exec "$@"`;
    const child = spawn('bash', ['-c', shell, 'bash', process.execPath, CLI, ...args], {
      cwd: ROOT,
      env: { ...process.env, FACE_CLUSTERS_CACHE: cache },
    });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (data: Buffer) => (stdout += data.toString()));
    child.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
    child.on('close', (status) => {
      resolve({ status, stdout, stderr });
    });
  });
}
