import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { saveChart } from '../../src/host/commands/save-chart';
import { fakeEngine } from '../support/fake-engine';
import { temporaryFolder } from '../support/images';
import { keptRun } from '../support/runs';
import { reset, shownBy, state, Uri } from '../support/vscode';

beforeEach(reset);
afterEach(reset);

it('saves the chart of a cluster as SVG or PNG, by the name of the file', async () => {
  const png = Uint8Array.of(1, 2, 3);
  const engine = fakeEngine({ drawChart: png });
  const { session } = await keptRun(engine, ['/data/photos']);
  await session.load();
  const cluster = session.clustering!.clusters[0]!;
  const folder = await temporaryFolder();
  for (const name of ['a.svg', 'a.PNG']) {
    state.saved = Uri.file(join(folder, name));
    await saveChart({ session, cluster });
    expect(shownBy('information').at(-1)).toContain(name);
  }
  expect(await readFile(join(folder, 'a.svg'), 'utf8')).toMatch(/^<svg .*Cluster 0: 1 face/s);
  expect(new Uint8Array(await readFile(join(folder, 'a.PNG')))).toEqual(png);
  expect(engine.asked.filter((call) => call === 'drawChart')).toHaveLength(1);
});
