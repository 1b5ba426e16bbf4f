/** What is changed in a panel stays with its folder, in a real VS Code. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Frame } from '@playwright/test';
import { expect, test, type Workbench } from './vscode';

const cardsOf = (panel: Frame) => panel.locator('fc-cluster-card');

async function setNumber(panel: Frame, number: number) {
  const clusters = panel.locator('fc-toolbar #clusters input');
  await clusters.fill(String(number));
  await clusters.press('Enter');
  await expect(cardsOf(panel)).toHaveCount(number);
}

/** Brings a panel to the front. */
async function show(workbench: Workbench, title: string): Promise<Frame> {
  await workbench.page.locator('.tabs-container .tab', { hasText: title }).click();
  return workbench.panel();
}

test('leaves another folder as it is, outlives a reload, and is used for all folders and back', async ({
  workbench,
}) => {
  const settingsFile = join(workbench.folder, '.vscode', 'settings.json');
  await workbench.open();
  await workbench.explorerRow('portraits').click();
  await workbench.clusterFaces('female');
  await expect(cardsOf(await workbench.panel())).toHaveCount(16);
  await workbench.clusterFaces('male');
  await setNumber(await workbench.panel(), 6);
  expect(existsSync(settingsFile)).toBe(false);
  await expect(cardsOf(await show(workbench, 'female'))).toHaveCount(16);

  await show(workbench, 'male');
  await workbench.saved(/runId/);
  await workbench.page.reload();
  let panel = await workbench.panel();
  await expect(cardsOf(panel)).toHaveCount(6, { timeout: 60_000 });
  await expect(panel.locator('#tune')).toContainText('Tune (1 own)');

  // A change of settings.json is for the folders without an own value.
  await workbench.settings({ 'faceClusters.clusters': '4' });
  await panel.locator('#tune').click();
  await expect(panel.locator('.own p')).toHaveText(
    'Own settings of this folder: clusters 6 (4 in the settings of the workspace).',
  );
  await expect(cardsOf(panel)).toHaveCount(6);
  await expect(cardsOf(await show(workbench, 'female'))).toHaveCount(4, { timeout: 60_000 });

  panel = await show(workbench, 'male');
  if ((await panel.locator('#tuning').count()) === 0) await panel.locator('#tune').click();
  await workbench.page.screenshot({ path: 'test-results/own-settings.png' });
  await panel.locator('#useForAll').click();
  await expect.poll(() => workbench.readSettings()).toHaveProperty(['faceClusters.clusters'], '6');
  await expect(panel.locator('#tune')).not.toContainText('own');
  await expect(panel.locator('fc-notices')).toContainText(
    'Used for all folders of this workspace: clusters 6',
  );
  await panel.locator('fc-toolbar #undo').click();
  await expect.poll(() => workbench.readSettings()).toHaveProperty(['faceClusters.clusters'], '4');
  await expect(panel.locator('#tune')).toContainText('Tune (1 own)');
  await expect(cardsOf(panel)).toHaveCount(6);
  await panel.locator('#dropOwn').click();
  await expect(cardsOf(panel)).toHaveCount(4);
  await panel.locator('fc-toolbar #undo').click();
  await expect(cardsOf(panel)).toHaveCount(6);
});

test('shows the overview after a reload as it was left', async ({ workbench }) => {
  const { panel } = await workbench.clusterPortraits();
  await panel.getByLabel('Order of the clusters').selectOption('name');
  await panel.getByLabel('Compact').check();
  await panel.getByRole('searchbox').fill('e');
  await workbench.saved(/compact/);
  await workbench.page.reload();
  const again = await workbench.panel();
  await expect(again.getByRole('searchbox')).toHaveValue('e', { timeout: 60_000 });
  await expect(again.getByLabel('Order of the clusters')).toHaveValue('name');
  await expect(again.getByLabel('Compact')).toBeChecked();
});
