/** Corrections of clusters as a person makes them, on screen and on the disk. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, type Workbench } from './vscode';

/** What the log of corrections holds, a line each. */
async function logLines(workbench: Workbench): Promise<Record<string, unknown>[]> {
  const { userDataDir } = workbench.server;
  const files = await readdir(userDataDir, { recursive: true });
  const logs = files.filter((file) => file.endsWith('.corrections.jsonl'));
  const times = await Promise.all(
    logs.map(async (log) => (await stat(join(userDataDir, log))).mtimeMs),
  );
  const newest = logs[times.indexOf(Math.max(...times))];
  if (newest === undefined) return [];
  const text = await readFile(join(userDataDir, newest), 'utf8');
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

test('names a cluster and finds the name again after a re-run with another number, and a reload', async ({
  workbench,
}) => {
  const { page } = workbench;
  await workbench.open();
  await workbench.clusterFaces('portraits');
  let panel = await workbench.panel();
  const cards = panel.locator('fc-cluster-card');
  await expect(cards).toHaveCount(16);
  await cards.nth(1).locator('#open').focus();
  await page.keyboard.press('F2');
  await page.keyboard.type('Anna');
  await page.keyboard.press('Enter');
  await expect(panel.locator('fc-notices')).toContainText('Named a cluster “Anna”');
  await expect(cards.nth(1).locator('#open')).toHaveText('Anna');

  const clusters = panel.locator('#clusters input');
  await clusters.fill('8');
  await clusters.press('Enter');
  await expect(cards).toHaveCount(8);
  await expect(panel.locator('#open', { hasText: 'Anna' })).toHaveCount(1);
  await workbench.sidePanel();
  await expect(workbench.treeRow(/^Anna/)).toBeVisible();
  expect(await logLines(workbench)).toMatchObject([{ v: 1, do: { kind: 'name', name: 'Anna' } }]);

  // The change of the setting is taken back first, then the name, also after a reload.
  await panel.locator('fc-toolbar #undo').click();
  await expect(cards).toHaveCount(16);
  await workbench.saved(/runId/);
  await page.reload();
  panel = await workbench.panel();
  await expect(panel.locator('#open', { hasText: 'Anna' })).toHaveCount(1);
  await panel.locator('fc-toolbar #undo').click();
  await expect(panel.locator('#open', { hasText: 'Anna' })).toHaveCount(0);
  await panel.locator('fc-toolbar #redo').click();
  await expect(panel.locator('#open', { hasText: 'Anna' })).toHaveCount(1);
  expect((await logLines(workbench)).slice(1)).toMatchObject([{ step: 'undo' }, { step: 'redo' }]);
});

test('merges two clusters, moves a face and takes both back', async ({ workbench }) => {
  const { panel, cards } = await workbench.clusterPortraits();
  const sizeOf = async (id: number) =>
    Number.parseInt(
      await panel.locator(`fc-cluster-card[data-cluster="${id}"] .figures`).innerText(),
    );
  const [zero, first] = [await sizeOf(0), await sizeOf(1)];
  await cards.nth(0).getByRole('checkbox').check();
  await cards.nth(1).getByRole('checkbox').check();
  await panel.locator('fc-selection-bar #merge').click();
  await expect(cards).toHaveCount(15);
  expect(await sizeOf(0)).toBe(zero + first);

  // A face of the second cluster, by keyboard, into the first.
  const second = await sizeOf(2);
  await panel.locator('fc-cluster-card[data-cluster="2"] #open').click();
  const faces = panel.locator('fc-cluster-view fc-face-grid .face');
  await expect(faces).toHaveCount(second);
  await faces.first().focus();
  await workbench.page.keyboard.press('Space');
  await panel.locator('fc-selection-bar #move #button').focus();
  await workbench.page.keyboard.press('ArrowDown');
  await workbench.page.keyboard.press('Enter');
  await expect(faces).toHaveCount(second - 1);
  await panel.locator('#back').click();
  await expect.poll(() => sizeOf(0)).toBe(zero + first + 1);

  await cards.first().locator('#open').focus();
  await workbench.page.keyboard.press('Control+z');
  await expect.poll(() => sizeOf(0)).toBe(zero + first);
  await workbench.page.keyboard.press('Control+z');
  await expect(cards).toHaveCount(16);
  expect(await sizeOf(0)).toBe(zero);
});

test('asks for faces in words, marks one that is wrong, and leaves one out', async ({
  workbench,
}) => {
  const { panel } = await workbench.clusterPortraits();
  await panel.getByRole('searchbox').fill('glasses');
  await workbench.page.keyboard.press('Enter');
  const answer = panel.locator('fc-answer-view');
  const total = async () => Number.parseInt(await answer.getByRole('status').innerText());
  await expect(answer.locator('fc-face-grid .face').first()).toBeVisible();
  const before = await total();
  await answer.locator('fc-face-grid .face').first().focus();
  await workbench.page.keyboard.press('Space');
  await panel.locator('fc-selection-bar #mark #button').click();
  await panel.getByRole('menuitem', { name: 'Not Eyeglasses', exact: true }).click();
  await expect.poll(total).toBe(before - 1);
  await answer.locator('fc-face-grid .face').first().focus();
  await workbench.page.keyboard.press('Space');
  await panel.locator('fc-selection-bar #notFace').click();
  await expect.poll(total).toBe(before - 2);
  await panel.locator('#back').click();
  await panel.getByRole('searchbox').fill(''); // what was searched for stays
  await expect(panel.locator('fc-cluster-card').last().locator('#open')).toHaveText('Not faces');
});
