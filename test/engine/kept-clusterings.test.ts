import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import type { EngineClient } from '../../src/engine/client';
import { settingsWith, startEngine } from '../support/engine';
import { temporaryFolder } from '../support/images';
import { ATTRIBUTES, writeRun } from '../support/written-runs';

let engine: EngineClient;
let runDir: string;

beforeEach(async () => {
  engine = startEngine();
  runDir = join(await temporaryFolder(), 'run');
  await writeRun(runDir, { faces: 60 });
});

const cluster = (clusters: number, isFurtherTry = false) =>
  engine.call('cluster', {
    runDir,
    settings: settingsWith({ clusters, attributes: ATTRIBUTES }),
    isFurtherTry,
  });
const difference = (id: string) => engine.call('difference', { runDir, id });

it('compares with the clustering before, but not with tries in between', async () => {
  await cluster(3);
  await expect(difference('before')).rejects.toThrow('nothing to compare with yet');
  await cluster(4);
  await cluster(5, true);
  await cluster(6, true);
  const { earlier, common, clusters } = await difference('before');
  expect(earlier).toMatchObject({ name: '', clusters: 3, faces: 60, method: 'kmeans' });
  expect(common).toBe(60);
  expect(clusters).toHaveLength(6);
});

it('keeps clusterings under names, over another analysis, until they are removed', async () => {
  await cluster(3);
  const kept = await engine.call('keep', { runDir, name: 'three' });
  expect(kept).toMatchObject({ name: 'three', clusters: 3 });
  await cluster(5);
  await writeRun(runDir, { faces: 50 });
  await cluster(5);
  const listed = await engine.call('kept', { runDir });
  expect(listed.kept.map(({ name, settings: { clusters } }) => [name, clusters])).toEqual(
    expect.arrayContaining([['three', 3]]),
  );
  const changes = await difference(kept.id);
  expect([changes.common, changes.gone, changes.added]).toEqual([50, 10, 0]);
  await engine.call('removeKept', { runDir, id: kept.id });
  await expect(difference(kept.id)).rejects.toThrow('not kept any more');
});

it('names what cannot be read, and goes nowhere else', async () => {
  await cluster(3);
  const { id } = await engine.call('keep', { runDir, name: 'three' });
  await writeFile(`${runDir}.kept-${id}.json`, '{"version":1}');
  const { kept, problems } = await engine.call('kept', { runDir });
  expect(kept).toEqual([]);
  expect(problems[0]).toContain('is not a kept clustering');
  await expect(difference('../../x')).rejects.toThrow();
  expect(await readdir(join(runDir, '..'))).toHaveLength(2);
});
