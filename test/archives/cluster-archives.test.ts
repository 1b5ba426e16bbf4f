/** Archives of images on the command line and in the engine: the same as a folder of them. */
import {
  cp,
  mkdir,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { create } from 'tar';
import { beforeAll, describe, expect, it } from 'vitest';
import { analysisSettings, clusteringSettings } from '../../src/domain/settings';
import { listImages } from '../../src/engine/pipeline/list-images';
import { scanImages } from '../../src/images/scan-folders';
import { MARKER } from '../../src/util/export-marker';
import { bundled, cli, settingsWith, startEngine } from '../support/engine';
import { PORTRAITS, temporaryFolder } from '../support/images';
import { imageParquet } from '../support/parquet';
import { zipOf } from '../support/zip';

/** Portraits in two folders, by name, and a photo that is none. */
async function images(): Promise<Map<string, Buffer>> {
  const files = new Map([['female/no image.jpg', Buffer.from('text')]]);
  for (const folder of ['female', 'male'])
    for (const name of (await readdir(join(PORTRAITS, folder))).slice(0, 8))
      files.set(`${folder}/${name}`, await readFile(join(PORTRAITS, folder, name)));
  return files;
}

let files: Map<string, Buffer>;
beforeAll(async () => {
  files = await images();
});

/** The same images as a folder and in each kind of archive. */
async function places() {
  const home = await temporaryFolder();
  const folder = join(home, 'folder');
  for (const [name, bytes] of files) {
    await mkdir(join(folder, name, '..'), { recursive: true });
    await writeFile(join(folder, name), bytes);
  }
  const [zip, tar] = [join(home, 'images.zip'), join(home, 'images.tar')];
  await writeFile(zip, zipOf(Array.from(files, ([name, content]) => ({ name, content }))));
  await create({ file: tar, cwd: folder }, ['.']);
  const parquet = join(home, 'images.parquet');
  const rows = Array.from(files, ([path, bytes]) => ({ path, bytes }));
  await writeFile(parquet, imageParquet(rows, { rowGroupSize: 5 }));
  return { home, folder, zip, tar, parquet };
}

describe('an archive of images', () => {
  it('gives the faces, probabilities and failures of a folder of them', async () => {
    const { home, folder, zip, tar, parquet } = await places();
    const tables: string[][] = [];
    for (const place of [folder, zip, tar, parquet]) {
      const out = join(home, 'out');
      const { status, stderr, stdout } = await cli(
        ...['cluster', place, '--out', out, '--no-cache', '--provider', 'cpu', '--clusters', '3'],
      );
      expect(status, stderr).toBe(0);
      expect(stdout).toContain('16 faces in 16 of 17 images');
      tables.push(
        await Promise.all(
          ['faces.csv', 'failed.csv'].map(async (name) =>
            (await readFile(join(out, name), 'utf8')).replaceAll(`,${place}/`, ',PLACE/'),
          ),
        ),
      );
    }
    expect(tables[0]![0]).toMatch(/,PLACE\/female\/1\.jpg,/);
    expect(tables[0]![1]).toContain('female/no image.jpg,');
    expect(tables[1]).toEqual(tables[0]);
    expect(tables[2]).toEqual(tables[0]);
    expect(tables[3]).toEqual(tables[0]);
    expect((await readdir(home)).sort()).toEqual([
      'folder',
      'images.parquet',
      'images.tar',
      'images.zip',
      'out',
    ]);
  });

  it('that cannot be read ends the command with the reason', async () => {
    const home = await temporaryFolder();
    const run = async (name: string, bytes: string | Buffer) => {
      await writeFile(join(home, name), bytes);
      const { status, stderr } = await cli('cluster', join(home, name), '--out', join(home, 'out'));
      expect(status).toBe(1);
      return stderr;
    };
    expect(await run('a.zip', 'text')).toContain("a.zip': it is no .zip file");
    expect(await run('a.tar.gz', 'text')).toContain('decompress it to a .tar file');
    expect(await run('b.zip', zipOf([{ name: 'notes.txt' }]))).toContain('no images in');
    await rm(join(home, 'a.zip'));
    const { stderr } = await cli('cluster', join(home, 'a.zip'), '--out', join(home, 'out'));
    expect(stderr).toContain("a.zip': it does not exist");
  });

  it('keeps results in the cache, tells changes, and copies its images', async () => {
    const { home, zip } = await places();
    const engine = startEngine();
    const runDir = join(home, 'run');
    const storeDir = join(home, 'store');
    const analyze = () =>
      engine.call('analyze', {
        runDir,
        id: 'test',
        folders: [zip],
        settings: analysisSettings(settingsWith()),
        bundled,
        storeDir,
      });
    expect(await analyze()).toMatchObject({ faces: 16, known: 0 });
    expect(await analyze()).toMatchObject({ faces: 16, known: 17 });
    expect(await engine.call('changes', { runDir })).toEqual({ added: 0, changed: 0, removed: 0 });

    await engine.call('cluster', {
      runDir,
      settings: clusteringSettings(settingsWith({ clusters: 1 })),
    });
    await utimes(zip, 1000, 1000);
    const paths = await engine.call('clusterPaths', { runDir, cluster: 0 });
    expect(paths).toContain(join(zip, 'female', [...files.keys()][1]!.split('/')[1]!));
    const outDir = join(home, 'copies');
    const copy = () => engine.call('copyImages', { runDir, of: 0, outDir });
    expect(await copy()).toMatchObject({ copied: 16, there: 0, failures: [] });
    expect(await copy()).toMatchObject({ copied: 0, there: 16, failures: [] });
    const contents: string[] = [];
    for (const name of (await readdir(outDir)).filter((each) => each !== MARKER)) {
      contents.push(await readFile(join(outDir, name), 'base64'));
      expect((await stat(join(outDir, name))).mtimeMs).toBe(1e6);
    }
    const faces = [...files.values()].slice(1).map((bytes) => bytes.toString('base64'));
    expect(contents.sort()).toEqual(faces.sort());
    const photo = await engine.call('photo', { runDir, row: 3 });
    expect(photo.faces).toHaveLength(1);

    expect(await engine.call('changes', { runDir })).toMatchObject({ changed: 17 });
    await writeFile(zip, zipOf([...files].slice(1).map(([name, content]) => ({ name, content }))));
    expect(await engine.call('changes', { runDir })).toMatchObject({ removed: 1 });
    expect(await analyze(), 'contents are recognized').toMatchObject({ known: 16, faces: 16 });
  });

  it('is not opened where it lies in a chosen folder', async () => {
    const { folder, zip } = await places();
    await cp(zip, join(folder, 'inner.zip'));
    await mkdir(join(folder, 'a folder.tar.gz'));
    expect((await scanImages([join(folder, 'a folder.tar.gz')])).images).toHaveLength(0);
    expect((await scanImages([folder])).images).toHaveLength(files.size);
    expect((await scanImages([folder, join(folder, 'inner.zip')])).images).toHaveLength(
      2 * files.size,
    );
    const twice = await scanImages([zip, zip]);
    expect(twice.images).toHaveLength(files.size);
  });

  it('follows include and exclude, and keeps all of its images beside links', async () => {
    const { folder, zip } = await places();
    const found = async (choice: { include?: string[]; exclude?: string[] }) =>
      Array.from((await scanImages([zip], choice)).images, ({ name }) => name);
    expect(await found({ include: ['male/**'] })).toHaveLength(8);
    expect(await found({ exclude: ['male'] })).toEqual(await found({ include: ['female/**'] }));
    await symlink(folder, `${folder}-link`);
    const choice = { limit: 0, sample: 0, seed: 1, include: [], exclude: [] };
    const { images, leftOut } = await listImages([zip, dirname(folder)], choice, {});
    expect(images).toHaveLength(2 * files.size);
    expect(leftOut).toMatchObject({ unread: { zip: 1, tar: 1, parquet: 1 } });
  });

  it('names what is no image file, and skips what a folder would', async () => {
    const archive = join(await temporaryFolder(), 'a.zip');
    const names = ['a.jpg', 'a.jpg', '.hidden.jpg', '.git/b.jpg', '__MACOSX/._c.jpg', 'd.txt'];
    const odd = { name: '../e.jpg' };
    const link = { name: 'f.jpg', mode: 0o120777 };
    await writeFile(archive, zipOf([...names.map((name) => ({ name })), odd, link]));
    const { images, failures, leftOut } = await scanImages([archive]);
    expect(leftOut).toMatchObject({
      hidden: 1,
      folders: { count: 2, names: ['.git', '__MACOSX'] },
    });
    expect(Array.from(images)).toEqual([
      { folder: 0, name: 'a.jpg', path: join(archive, 'a.jpg') },
    ]);
    expect(failures).toEqual([
      { image: 'f.jpg', reason: 'it is a link or a device: expected a file' },
      { image: '../e.jpg', reason: "its name leads out of the archive ('..')" },
      { image: 'a.jpg', reason: 'a later entry of the archive has the same name' },
    ]);
  });

  it('keeps its run where it vanishes', async () => {
    const { home, zip } = await places();
    const engine = startEngine();
    const runDir = join(home, 'run');
    const params = {
      runDir,
      id: 'test',
      folders: [zip],
      settings: analysisSettings(settingsWith()),
      bundled,
      storeDir: null,
    };
    await engine.call('analyze', params);
    let removed: Promise<void> | undefined;
    const again = engine.call('analyze', params, {
      onProgress: ({ stage }) => {
        if (stage === 'infer') removed ??= rm(zip);
      },
    });
    await expect(again).rejects.toThrow(/cannot be read any more|are gone now/);
    await expect(engine.call('analyze', params)).rejects.toThrow('it does not exist');
    expect(await readdir(home)).toContain('run');
  });
});
