/** XMP side-cars of a run of real photos. */
import { copyFile, mkdir, readdir, readFile, realpath, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import type { SidecarStyle } from '../../src/domain/sidecars';
import { analysisSettings, clusteringSettings } from '../../src/domain/settings';
import { openRun } from '../../src/engine/open-runs';
import { bundled, settingsWith, startEngine } from '../support/engine';
import { PHOTOS, temporaryFolder } from '../support/images';

/** A group photo as it is and turned by its Exif orientation, in one cluster with a name. */
async function named() {
  const root = await realpath(await temporaryFolder());
  const photos = join(root, 'photos');
  await mkdir(join(photos, 'b'), { recursive: true });
  const [source] = (await readdir(PHOTOS)).filter((name) => name.endsWith('.jpg')).sort();
  await copyFile(join(PHOTOS, source!), join(photos, 'a.jpg'));
  // Its pixels lie on their side; the orientation turns them back.
  await sharp(join(PHOTOS, source!))
    .autoOrient()
    .rotate(270)
    .withMetadata({ orientation: 6 })
    .jpeg({ quality: 95 })
    .toFile(join(photos, 'b', 'turned.jpg'));
  const engine = startEngine();
  const runDir = join(root, '.run');
  await engine.call('analyze', {
    runDir,
    id: 'test',
    folders: [photos],
    settings: analysisSettings(settingsWith({ detect: 'always' })),
    bundled,
    storeDir: null,
  });
  const settings = clusteringSettings(settingsWith({ clusters: 1 }));
  await engine.call('cluster', { runDir, settings });
  await engine.call('correct', {
    runDir,
    request: { kind: 'name', cluster: 0, name: 'Ann & <Bo>' },
  });
  const write = (outDir: string | null, style: SidecarStyle = 'digikam') =>
    engine.call('writeSidecars', { runDir, outDir, style });
  return { root, photos, engine, runDir, write };
}

const areas = (text: string) =>
  [...text.matchAll(/stArea:x="([\d.]+)" stArea:y="([\d.]+)" stArea:w="([\d.]+)"/g)].map(
    ([, ...numbers]) => numbers.map(Number) as [number, number, number],
  );

describe('side-cars', () => {
  it('lie below a folder, with names, tags and the regions of the stored pixels', async () => {
    const { root, photos, runDir, write } = await named();
    const out = join(root, 'xmp');
    const before = await readdir(photos, { recursive: true });
    expect(await write(out)).toEqual({ written: 2, there: 0, kept: [], failures: [] });
    expect(await readdir(photos, { recursive: true })).toEqual(before);
    const [plain, turned] = await Promise.all(
      ['a.jpg.xmp', 'b/turned.jpg.xmp'].map((name) => readFile(join(out, name), 'utf8')),
    );
    expect(plain).toContain('<rdf:li>People|Ann &#38; &#60;Bo&#62;</rdf:li>');
    expect(plain).toContain('mwg-rs:Name="Ann &#38; &#60;Bo&#62;"');
    const { width, height } = await sharp(join(photos, 'a.jpg')).metadata();
    expect(plain).toContain(`stDim:w="${width}" stDim:h="${height}"`);
    expect(turned).toContain(`stDim:w="${height}" stDim:h="${width}"`);
    // Stored by a quarter turn to the left, what was at (x, y) is at (y, 1 − x).
    const expected = areas(plain!).map(([x, y]) => [y, 1 - x] as const);
    expect(expected.length).toBeGreaterThan(0);
    for (const [x, y] of areas(turned!).map(([u, v]) => [u, v] as const))
      expect(Math.min(...expected.map(([u, v]) => Math.hypot(u - x, v - y)))).toBeLessThan(0.02);
    const { faces } = await openRun(runDir);
    expect(areas(plain!).length + areas(turned!).length).toBe(faces.image.length);
  });

  it('lie beside the photos where that is asked for, and replace nothing', async () => {
    const { photos, write } = await named();
    await writeFile(join(photos, 'a.xmp'), 'of another program');
    const photo = await stat(join(photos, 'a.jpg'));
    const result = await write(null, 'lightroom');
    expect(result).toMatchObject({ written: 1, there: 0, kept: [join(photos, 'a.xmp')] });
    expect(await readFile(join(photos, 'a.xmp'), 'utf8')).toBe('of another program');
    expect(await write(null, 'lightroom')).toMatchObject({ written: 0, there: 1 });
    expect((await readdir(photos, { recursive: true })).sort()).toEqual(
      ['a.jpg', 'a.xmp', 'b', join('b', 'turned.jpg'), join('b', 'turned.xmp')].sort(),
    );
    expect(await stat(join(photos, 'a.jpg'))).toMatchObject({
      ino: photo.ino,
      mtimeMs: photo.mtimeMs,
    });
  });

  it('lie beside copies', async () => {
    const { root, engine, runDir } = await named();
    const outDir = join(root, 'copies');
    const params = { runDir, of: 0, outDir, sidecars: 'digikam' as const };
    expect(await engine.call('copyImages', params)).toMatchObject({
      copied: 2,
      failures: [],
      sidecars: { written: 2, there: 0, kept: [] },
    });
    const names = ['a.jpg', 'a.jpg.xmp', 'turned.jpg', 'turned.jpg.xmp'];
    expect((await readdir(outDir)).filter((name) => !name.startsWith('.')).sort()).toEqual(names);
    expect(await engine.call('copyImages', params)).toMatchObject({
      copied: 0,
      sidecars: { written: 0, there: 2 },
    });
  });

  it('are of no image that was changed since', async () => {
    const { photos, write } = await named();
    await sharp({ create: { width: 90, height: 70, channels: 3, background: '#777' } })
      .jpeg()
      .toFile(join(photos, 'new.jpg'));
    await copyFile(join(photos, 'new.jpg'), join(photos, 'a.jpg'));
    expect((await write(null)).failures).toEqual([
      { image: 'a.jpg', reason: 'it was changed since its faces were found' },
    ]);
  });
});
