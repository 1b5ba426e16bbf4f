/**
 * Opens and closes the panel of a run many times in a real VS Code: the extension host, the engine
 * and their files may not grow. `npm run soak` runs it; FACE_CLUSTERS_PANELS is the number of times.
 */
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { expect, test } from '../vscode';
import { allProcesses, grew, processTree, usage } from './measure';

const TIMES = Number(process.env.FACE_CLUSTERS_PANELS ?? 200);
/** Panels whose median is compared with that of the last ones. */
const PERIOD = Math.max(1, Math.floor(TIMES / 5));

test('opens and closes its panel', async ({ workbench }) => {
  test.setTimeout(TIMES * 20_000);
  const { page, server } = workbench;
  await workbench.open();
  await workbench.clusterFaces('portraits');
  let panel = await workbench.panel();
  await expect(panel.locator('fc-cluster-card')).toHaveCount(16);
  await workbench.sidePanel();
  const samples: { memory: number; descriptors: number; processes: number; temporary: number }[] =
    [];
  for (let time = 1; time <= TIMES; time++) {
    await page.locator('.tab').hover();
    await page.locator('.tab .tab-actions a[aria-label^="Close"]').click({ timeout: 10_000 });
    await expect(page.locator('.tab')).toHaveCount(0);
    await workbench.treeRow(/portraits.*71 faces/).click();
    panel = await workbench.panel();
    await expect(panel.locator('fc-cluster-card .faces .face').first()).toBeVisible();
    const root = allProcesses().find(
      ({ command }) => command.includes(server.userDataDir) && command.includes('entry.js'),
    );
    const tree = processTree(root!.pid);
    const temporary = readdirSync(tmpdir()).filter((name) => name.startsWith('face-clusters-'));
    samples.push({ ...usage(tree), processes: tree.length, temporary: temporary.length });
    if (time % 10 === 0) console.log(`${String(time)} panels: ${JSON.stringify(samples.at(-1))}`);
  }
  const settled = samples.slice(PERIOD, 2 * PERIOD);
  const last = samples.slice(-PERIOD);
  const grown = (['memory', 'descriptors', 'processes', 'temporary'] as const).filter((name) =>
    grew(
      name,
      settled.map((each) => each[name]),
      last.map((each) => each[name]),
    ),
  );
  expect(grown, 'what grew').toEqual([]);
});
