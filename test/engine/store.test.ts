/** What is kept between runs, with the real engine on real portraits. */
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

/** Times of a file just written are not trusted for so long, in milliseconds. */
const SETTLING = 2300;

interface Place {
  folder: string;
  params: (values?: Partial<Settings>) => EngineCalls['analyse']['params'];
}

/** A copy of the portraits, and where their run and the store lie. */
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

/** What a run says of its faces, by image. */
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

async function analyse(engine: EngineClient, params: EngineCalls['analyse']['params']) {
  const manifest = await engine.call('analyse', params);
  return { manifest, faces: await facesOf(params.runDir, manifest) };
}

const crops = async (engine: EngineClient, runDir: string) => {
  await engine.call('cluster', { runDir, settings: settingsWith({ clusters: 1 }) });
  const cards = await engine.call('page', {
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
 * Makes the values of a leaf page 1 GiB long each: LMDB believes it, and reads on where nothing is
 * mapped.
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
  it('reads no image that has not changed, and knows renamed and copied ones by their content', async () => {
    const engine = startEngine();
    const { folder, params } = await place();
    const names = await images(folder);
    await wait(SETTLING);
    const first = await analyse(engine, params());
    expect(first.manifest).toMatchObject({ known: 0, faces: 72, notices: [] });
    const before = await crops(engine, params().runDir);

    const second = await analyse(engine, params());
    expect(second.manifest).toMatchObject({ known: 72, faces: 72 });
    expect(second.faces).toEqual(first.faces);
    expect(await crops(engine, params().runDir)).toEqual(before);

    // The same in another place: there is nothing there yet, and everything comes from the store.
    const elsewhere = await analyse(engine, {
      ...params(),
      runDir: `${params().runDir}-elsewhere`,
    });
    expect(elsewhere.manifest).toMatchObject({ known: 72, faces: 72 });
    expect(elsewhere.faces).toEqual(first.faces);
    expect(await crops(engine, `${params().runDir}-elsewhere`)).toEqual(before);

    // Other settings of clustering ask for nothing; a different size of batches is no other result.
    expect((await analyse(engine, params({ batchSize: 3 }))).manifest.known).toBe(72);

    await rename(join(folder, names[0]!), join(folder, 'renamed.jpg'));
    await copyFile(join(folder, names[1]!), join(folder, 'copied.jpg'));
    const now = new Date();
    await utimes(join(folder, names[2]!), now, now);
    await copyFile(join(folder, names[4]!), join(folder, names[3]!)); // its content is another's now
    const third = await analyse(engine, params());
    expect(third.manifest).toMatchObject({ known: 73, faces: 73 });
    expect(third.faces.get('renamed.jpg 0')).toEqual(first.faces.get(`${names[0]!} 0`));
    expect(third.faces.get('copied.jpg 0')).toEqual(first.faces.get(`${names[1]!} 0`));
    expect(third.faces.get(`${names[3]!} 0`)).toEqual(first.faces.get(`${names[4]!} 0`));
    const after = await crops(engine, params().runDir);
    expect(after.get('copied.jpg 0')).toBe(before.get(`${names[1]!} 0`));
    expect(after.get(`${names[3]!} 0`)).toBe(before.get(`${names[4]!} 0`));
  });

  it('takes a run of the same images as it is, and no other', async () => {
    const engine = startEngine();
    const { folder, params } = await place();
    const names = await images(folder);
    await wait(SETTLING);
    const { runDir } = params();
    const first = await analyse(engine, params());
    const inode = async () => (await stat(join(runDir, 'crops.bin'))).ino;
    const before = await inode();
    const second = await analyse(engine, params({ batchSize: 2 }));
    expect(second.manifest).toMatchObject({ known: 72, faces: 72, settings: { batchSize: 2 } });
    expect(second.manifest.createdAt > first.manifest.createdAt).toBe(true);
    expect(second.faces).toEqual(first.faces);
    expect(await inode()).toBe(before); // nothing was copied

    // What is damaged is made anew; so is what another network says, and what is no longer wanted.
    await truncate(join(runDir, 'crops.bin'), 1000);
    expect((await analyse(engine, params())).faces).toEqual(first.faces);
    expect((await stat(join(runDir, 'crops.bin'))).size).toBeGreaterThan(1000);
    const other = await analyse(engine, params({ model: bundled.gpu }));
    expect(other.manifest).toMatchObject({ known: 0, faces: 72 });
    expect((await analyse(engine, params({ limit: 10 }))).manifest).toMatchObject({
      known: 10,
      faces: 10,
    });
    expect((await analyse(engine, params())).manifest).toMatchObject({ known: 72, faces: 72 });
    await rm(join(folder, names[0]!));
    expect((await analyse(engine, params())).manifest).toMatchObject({ known: 71, faces: 71 });
  });

  it('reads one image where one has changed, though neither its size nor its time of change tell', async () => {
    const engine = startEngine();
    const { folder, params } = await place();
    const [name] = await images(folder);
    const file = join(folder, name!);
    const { mtime } = await stat(file);
    await wait(SETTLING);
    await analyse(engine, params());
    const bytes = await readFile(file);
    bytes[bytes.length - 3] = bytes[bytes.length - 3]! ^ 1;
    await writeFile(file, bytes);
    await utimes(file, mtime, mtime);
    const { manifest } = await analyse(engine, params());
    expect(manifest).toMatchObject({ known: 71, faces: 72 });
  });

  it('gives each face what it gives alone', async () => {
    const engine = startEngine();
    const { params } = await place();
    const all = await analyse(engine, params());
    const { params: other } = await place();
    const single = await analyse(engine, { ...other({ batchSize: 1, sample: 9 }), storeDir: null });
    expect(single.faces.size).toBe(9);
    for (const [face, values] of single.faces) {
      for (const [i, value] of values.entries())
        expect(all.faces.get(face)![i]).toBeCloseTo(value, 4);
    }
  });

  it('searches no photo again for another network, and describes its faces anew', async () => {
    const engine = startEngine();
    const { params } = await place();
    const first = await analyse(engine, params({ detect: 'always' }));
    const boxes = async () =>
      (JSON.parse(await readFile(join(params().runDir, 'faces.json'), 'utf8')) as { box: unknown })
        .box;
    const before = await boxes();
    const other = await analyse(engine, params({ detect: 'always', model: bundled.gpu }));
    // the one without a face has nothing to be described
    expect(other.manifest).toMatchObject({ known: 1, faces: first.manifest.faces });
    expect(await boxes()).toEqual(before);
    expect(other.faces).not.toEqual(first.faces);
    for (const [face, values] of other.faces) {
      const mean =
        values.reduce((sum, value, i) => sum + Math.abs(value - first.faces.get(face)![i]!), 0) /
        values.length;
      expect(mean).toBeLessThan(0.1);
    }
    // of the first network all is still there
    expect((await analyse(engine, params({ detect: 'always' }))).manifest.known).toBe(72);
  });

  it('keeps what cannot be used, and reads it again once it has changed', async () => {
    const engine = startEngine();
    const { folder, params } = await place();
    const [name] = await images(folder);
    await writeFile(
      join(folder, 'broken.jpg'),
      (await readFile(join(folder, name!))).subarray(0, 900),
    );
    await wait(SETTLING);
    const first = await analyse(engine, params());
    const made = async () => (await stat(join(params().runDir, 'faces.json'))).ino;
    const before = await made();
    const second = await analyse(engine, params());
    // the image is known to be at fault itself, so the run stays as it is
    expect(await made()).toBe(before);
    expect(second.manifest.failures).toEqual(first.manifest.failures);
    expect(second.manifest).toMatchObject({ known: 73, images: { failed: 1 } });
    await copyFile(join(folder, name!), join(folder, 'broken.jpg'));
    expect((await analyse(engine, params())).manifest).toMatchObject({
      known: 73,
      images: { failed: 0 },
      faces: 73,
    });
  });

  it('of one new image among known ones lets the threads go that it needed not, whatever they are at', async () => {
    const { folder, params } = await place();
    const engine = startEngine();
    await analyse(engine, params());
    const [first, ...others] = await images(folder);
    for (const other of others.slice(0, 12)) {
      await copyFile(join(folder, other), join(folder, first!));
      expect((await analyse(engine, params())).manifest).toMatchObject({ faces: 72 });
    }
  });

  it('without the cache reads everything and keeps nothing', async () => {
    const engine = startEngine();
    const { params } = await place();
    await analyse(engine, params({ cache: false }));
    expect((await analyse(engine, params({ cache: false }))).manifest.known).toBe(0);
    await expect(stat(params().storeDir!)).rejects.toThrow('ENOENT');
  });
});

describe('the store', () => {
  it('serves two engines at the same time', async () => {
    const [one, two] = [startEngine(), startEngine()];
    const { params } = await place();
    const results = await Promise.all([analyse(one, params()), two.call('analyse', params())]);
    expect(results[0].manifest.faces).toBe(72);
    expect(results[1].faces).toBe(72);
    expect((await analyse(one, params())).manifest).toMatchObject({ known: 72, faces: 72 });
  });

  it('is made anew where it is damaged, and can be cleared', async () => {
    const { params } = await place();
    const storeDir = params().storeDir!;
    await analyse(startEngine(), params());
    await writeFile(join(storeDir, 'faces.mdb'), Buffer.alloc(20_000, 7));
    const engine = startEngine();
    expect((await analyse(engine, params())).manifest).toMatchObject({
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
    expect((await analyse(engine, params())).manifest).toMatchObject({ known: 0, faces: 72 });
  });

  it('that ends an engine is made anew by the one that takes its place', async () => {
    const { params } = await place();
    const storeDir = params().storeDir!;
    await wait(SETTLING); // files are not known by their times before
    await analyse(startEngine(), params());
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
    // In another place: the run as such would be taken as it is.
    const elsewhere = { ...params(), runDir: `${params().runDir}-elsewhere` };
    const { manifest } = await analyse(startEngine(), elsewhere);
    expect(manifest).toMatchObject({
      known: 0,
      faces: 72,
      notices: expect.arrayContaining([expect.stringContaining('was made anew')]) as string[],
    });
    expect((await analyse(startEngine(), elsewhere)).manifest).toMatchObject({
      known: 72,
      notices: [],
    });
  });

  it('can be cleared in the middle of a run of the same engine', async () => {
    const engine = startEngine();
    const { params } = await place();
    await analyse(engine, params());
    const storeDir = params().storeDir!;
    for (let i = 0; i < 5; i++) {
      const run = engine.call('analyse', {
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
    expect((await analyse(engine, params())).manifest.faces).toBe(72);
  });

  it('never takes a folder of somebody, which stays as it is', async () => {
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

  it('that cannot be opened is done without, saying so', async () => {
    const engine = startEngine();
    const { params } = await place();
    await writeFile(params().storeDir!, 'a file where a folder should be');
    const { manifest } = await analyse(engine, params());
    expect(manifest.faces).toBe(72);
    expect(manifest.notices).toEqual([expect.stringContaining('cannot be opened')]);
  });
});

describe('a run that is cut off', () => {
  it('killed at 20 random moments loses no image and counts none twice; the store opens every time', async () => {
    const { folder, params } = await place();
    // More than are kept at a time, each with a content of its own.
    for (const name of await images(folder)) {
      const bytes = await readFile(join(folder, name));
      for (const copy of ['1', '2', '3'])
        await writeFile(
          join(folder, `${name}.${copy}.jpg`),
          Buffer.concat([bytes, Buffer.from(copy)]),
        );
    }
    const all = 4 * 72;
    const whole = await analyse(startEngine(), { ...params(), storeDir: null });
    let state = 12345;
    const random = () => (state = (state * 1103515245 + 12345) % 2 ** 31) / 2 ** 31;
    for (let kill = 0; kill < 20; kill++) {
      const engine = startEngine();
      // Moments are parts of the work, not of an hour, or a slow machine would never get far; each
      // falls a little behind a step, and beyond the last.
      const [moment, behind] = [((kill + random()) / 20) * all, random() * 30];
      await new Promise<void>((resolve) => {
        const onProgress = ({ stage, done }: Progress) => {
          if (stage === 'infer' && done >= moment) setTimeout(resolve, behind);
        };
        engine.call('analyse', params(), { onProgress }).then(
          () => {
            resolve();
          },
          resolve, // killed
        );
      });
      engine.dispose();
    }
    const engine = startEngine();
    const { manifest, faces } = await analyse(engine, params());
    expect(manifest).toMatchObject({ faces: all, images: { found: all, read: all, failed: 0 } });
    expect(manifest.known).toBeGreaterThan(0); // it went on where the others were
    expect(faces).toEqual(whole.faces);
    expect((await analyse(engine, params())).manifest.known).toBe(all);
  }, 300_000);

  it('on a full disk tells so, keeps the earlier run, and goes on when there is space', async () => {
    const { folder } = await place();
    const out = join(folder, '..', 'out');
    const cache = join(folder, '..', 'cache');
    await mkdir(cache);
    // Files may not grow beyond 96 KiB: writing fails as on a full disk (EFBIG for ENOSPC), for the
    // store and for the run.
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

  it('on a disk that is full at whatever size of its files leaves the earlier run whole', async () => {
    const { params } = await place();
    const { runDir } = params();
    const first = await analyse(startEngine(), { ...params(), storeDir: null });
    const before = await readFile(join(runDir, 'run.json'), 'utf8');
    let failures = 0;
    for (const limit of [
      0, 100, 1000, 5000, 11_000, 12_000, 30_000, 100_000, 200_000, 350_000, 450_000,
    ]) {
      const engine = startEngine();
      await engine.call('storeSize', { storeDir: runDir }); // it runs now, and can be limited
      await exec('prlimit', ['--pid', String(engine.pids[0]), `--fsize=${limit}`]);
      const met = await engine.call('analyse', { ...params(), storeDir: null }).then(
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

  it('where only the store has no space the run is whole, and says that nothing is kept', async () => {
    const { params } = await place();
    const storeDir = params().storeDir!;
    await analyse(startEngine(), { ...params(), storeDir });
    const { size } = await stat(join(storeDir, 'crops.mdb'));
    await rm(storeDir, { recursive: true });
    // The run's own files are smaller than the store's by at least its first pages.
    const engine = startEngine();
    await engine.call('storeSize', { storeDir }); // it runs now, and can be limited
    for (const pid of engine.pids)
      await exec('prlimit', ['--pid', String(pid), `--fsize=${size - 4096}`]);
    const { manifest } = await analyse(engine, params());
    expect(manifest.faces).toBe(72);
    expect(manifest.notices).toEqual([
      expect.stringMatching(/could not be kept for the next run: there is no space left/),
    ]);
    const free = startEngine();
    expect((await analyse(free, params())).manifest.faces).toBe(72);
    expect((await analyse(free, params())).manifest).toMatchObject({ known: 72, notices: [] });
  });
});

describe('what has changed in a folder', () => {
  it('is counted without reading an image', async () => {
    const engine = startEngine();
    const { folder, params } = await place();
    const { runDir } = params();
    await analyse(engine, params());
    expect(await engine.call('changes', { runDir })).toEqual({ added: 0, changed: 0, removed: 0 });
    const names = await images(folder);
    await copyFile(join(folder, names[0]!), join(folder, 'added.jpg'));
    await rm(join(folder, names[1]!));
    await truncate(join(folder, names[2]!), 1000);
    expect(await engine.call('changes', { runDir })).toEqual({ added: 1, changed: 1, removed: 1 });
    await rm(join(runDir, 'images.json'));
    // a run of a version that did not keep them
    expect(await engine.call('changes', { runDir })).toBeNull();
  });
});

/** @param limit KiB a file may grow to, at most. */
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
