/** A face in its photo. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { clusterFaces } from '../../src/engine/clustering/cluster-faces';
import { presentOf } from '../../src/engine/jobs/photo';
import { openRun } from '../../src/engine/open-runs';
import { readClustering, writeClustering } from '../../src/runs/run-files';
import { settingsWith } from '../support/engine';
import { temporaryFolder } from '../support/images';
import { ATTRIBUTES, writeRun } from '../support/written-runs';

/** Smiling, Male and Young, of two faces; nothing is above one half. */
const PROBABILITIES = Float32Array.of(0.3, 0.36, 0.45, 0.1, 0.2, 0.4);

it.each([
  ['of a group, the most probable attribute is present', [[0, 1]], [false, true, false]],
  ['without groups, an attribute is present from one half', undefined, [false, false, false]],
])('%s, as in the clustering', async (_, groups, present) => {
  const runDir = join(await temporaryFolder(), 'run');
  await writeRun(runDir, { faces: 2, changes: groups === undefined ? {} : { groups } });
  const input = { probabilities: PROBABILITIES, names: ATTRIBUTES, groups };
  const settings = settingsWith({ clusters: 2, attributes: ATTRIBUTES });
  await writeClustering(runDir, await clusterFaces(input, settings));
  const { manifest } = await openRun(runDir);
  const run = { manifest, probabilities: PROBABILITIES };
  expect(presentOf(run, await readClustering(runDir), 0)).toEqual(present);
});
