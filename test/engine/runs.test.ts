/** Runs that the engine has open, while other processes put others into their place. */
import { readdir, readlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { forgetRun, openRun } from '../../src/engine/open-runs';
import { readClustering, writeManifest } from '../../src/runs/run-files';
import { settingsWith, startEngine } from '../support/engine';
import { temporaryFolder } from '../support/images';
import { ATTRIBUTES, clusterRun as keepClustering, writeRun } from '../support/written-runs';

let place: string;
beforeEach(async () => {
  place = join(await temporaryFolder(), 'some-run');
});

const settings = settingsWith({ clusters: 2, attributes: ATTRIBUTES });

describe('a run that is open', () => {
  it('is read once, and anew when another one was put into its place', async () => {
    await writeRun(place, { faces: 40, level: 50 });
    const first = await openRun(place);
    expect(await openRun(place)).toBe(first);
    await writeRun(place, { faces: 30, level: 90 });
    const [second, same] = await Promise.all([openRun(place), openRun(place)]);
    expect(second.manifest.faces).toBe(30);
    expect(same).toBe(second);
    expect(Math.abs((await second.crops.faces([0]))[0]![0]! - 90)).toBeLessThan(3); // JPEG changes it
    forgetRun(place);
    expect(await openRun(place)).not.toBe(second);
  });

  it('is read anew when only its manifest was replaced', async () => {
    const manifest = await writeRun(place);
    await openRun(place);
    await writeManifest(place, { ...manifest, notices: ['a notice'] });
    expect((await openRun(place)).manifest.notices).toEqual(['a notice']);
  });

  it('never shows crops of the run that took its place', async () => {
    await writeRun(place, { level: 50 });
    const run = await openRun(place);
    await writeRun(place, { level: 90 }); // its pack is as long, and so are its strips
    await expect(run.crops.faces([0])).rejects.toThrow('was replaced meanwhile: try again');
    await expect(run.crops.jpegs([3, 20])).rejects.toThrow('was replaced meanwhile: try again');
  });

  it('never shows, and never gets, the clusters of another', async () => {
    const engine = startEngine();
    const page = () =>
      engine.call('page', { runDir: place, cluster: 0, order: 'typical', start: 0, count: 10 });
    await writeRun(place, { faces: 40 });
    await keepClustering(place, 40);
    expect((await page()).faces).toHaveLength(10);
    await writeRun(place, { faces: 30 });
    await keepClustering(place, 40); // as by a process that had the earlier run open
    await expect(page()).rejects.toThrow(
      "('clustering.json' is of another run): cluster its faces again",
    );
    let failures = 0;
    for (let i = 0; i < 10; i++) {
      const clustering = engine.call('cluster', {
        runDir: place,
        settings: { ...settings, seed: i },
      });
      await Promise.all([
        writeRun(place, { faces: 20 + i }),
        clustering.catch((error: unknown) => {
          failures += 1;
          expect(String(error)).toMatch(/replaced meanwhile/);
        }),
      ]);
      // They are there, went with the run, were not kept, or, in the blink between two calls, came
      // to the next run and are not shown.
      const kept = await readClustering(place);
      const isOwn = kept?.clustering.faces === (await openRun(place)).manifest.faces;
      if (kept !== undefined && !isOwn) await expect(page()).rejects.toThrow('is of another run');
    }
    expect(failures).toBeGreaterThan(0);
  });

  it('with damaged clusters or pictures is clustered again', async () => {
    const engine = startEngine();
    await writeRun(place);
    await keepClustering(place);
    await writeFile(join(place, 'clustering.json'), '{"clustering":');
    const clustering = await engine.call('cluster', { runDir: place, settings });
    expect(clustering.agreement).toBeNull();
    await writeFile(join(place, 'pictures.json'), '[{"cluster":0}]');
    expect(await engine.call('pictures', { runDir: place })).toHaveLength(
      clustering.clusters.length,
    );
  });

  it.runIf(process.platform === 'linux')(
    'holds no file open, so that Windows could move it',
    async () => {
      await writeRun(place);
      const run = await openRun(place);
      await run.crops.jpegs([0, 17, 39]);
      const open = await Promise.all(
        (await readdir('/proc/self/fd')).map((fd) =>
          readlink(join('/proc/self/fd', fd)).catch(() => ''),
        ),
      );
      expect(open.filter((path) => path.startsWith(place))).toEqual([]);
    },
  );

  it('is the same though a backup set the times of its files back to what they were', async () => {
    await writeRun(place);
    const run = await openRun(place);
    await utimes(join(place, 'faces.json'), new Date(), new Date());
    expect(await openRun(place)).toBe(run);
  });
});
