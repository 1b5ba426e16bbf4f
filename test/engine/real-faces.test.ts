/** The faces of ../shared/data, which only the developers' machines have. */
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Evaluation } from '../../src/domain/evaluation';
import { analysisSettings, clusteringSettings } from '../../src/domain/settings';
import { bundled, settingsWith, startEngine } from '../support/engine';
import { hasSharedData, ROOT, SHARED_DATA, temporaryFolder } from '../support/images';

if (!hasSharedData)
  console.warn(`skipped: the tests of real, labeled faces need ${SHARED_DATA}, which is not there`);

describe.skipIf(!hasSharedData)('labeled faces', () => {
  const folder = join(ROOT, '.cache', 'shared-faces');

  beforeAll(() => {
    mkdirSync(folder, { recursive: true });
    for (const set of ['celeba', 'lfw'])
      execFileSync('tar', [
        'xf',
        join(SHARED_DATA, `${set}.tar`),
        '-C',
        folder,
        '--skip-old-files',
      ]);
  });

  const evaluate = (set: 'celeba' | 'lfw'): Promise<Evaluation> =>
    startEngine().call('evaluate', {
      folder: join(folder, set),
      labels: join(SHARED_DATA, `${set}.csv`),
      split: 'test',
      settings: analysisSettings(settingsWith()),
      bundled,
      degraded: 0,
    });

  // What the weights' makers measured in Python on the same faces, within 0.3 points.
  it('get the attributes the model card promises on CelebA', async () => {
    const { faces, accuracy } = await evaluate('celeba');
    expect(faces).toBe(447);
    expect(Math.abs(accuracy - 0.9097)).toBeLessThan(0.003);
  });

  it('get the attributes the model card promises on LFW', async () => {
    const { faces, accuracy } = await evaluate('lfw');
    expect(faces).toBe(558);
    expect(Math.abs(accuracy - 0.9743)).toBeLessThan(0.003);
  });

  it('form clusters like those of the original work: CelebA faces by ten attributes, k = 16', async () => {
    const engine = startEngine();
    const runDir = join(await temporaryFolder(), 'run');
    const settings = settingsWith({ limit: 2000, sample: 400, preset: 'original' });
    await engine.call('analyze', {
      runDir,
      id: 'test',
      folders: [join(folder, 'celeba')],
      settings: analysisSettings(settings),
      bundled,
      storeDir: null,
    });
    const { clusters, silhouette } = await engine.call('cluster', {
      runDir,
      settings: clusteringSettings(settings),
    });
    expect(clusters).toHaveLength(16);
    expect(silhouette).toBeGreaterThan(0.6); // published: between 0.54 (k = 10) and 0.77 (k = 20)
    // A cluster of the blond is nearly pure, as in the published pictures.
    expect(
      clusters.some(({ size, occurrences }) => size >= 5 && occurrences.Blond_Hair! > 0.9),
    ).toBe(true);
    for (const { size, occurrences } of clusters) {
      if (size < 10) continue;
      const pure = Object.values(occurrences).filter((value) => value > 0.9 || value < 0.1).length;
      expect(pure, JSON.stringify(occurrences)).toBeGreaterThanOrEqual(6);
    }
  });
});
