/** What is changed in a panel stays with its folder, in a real VS Code. */
import type { Frame } from '@playwright/test';
import { expect, test, type Workbench } from './vscode';

const cardsOf = (panel: Frame) => panel.locator('fc-cluster-card');

async function setNumber(panel: Frame, number: number) {
  const clusters = panel.locator('fc-toolbar #clusters input');
  await clusters.fill(String(number));
  await clusters.press('Enter');
  await expect(cardsOf(panel)).toHaveCount(number);
}

/** The panel of a folder, once it is in front. */
async function panelOf(workbench: Workbench, title: string): Promise<Frame> {
  let panel: Frame | undefined;
  await expect(async () => {
    panel = await workbench.panel();
    await expect(panel.locator('h1')).toHaveText(title, { timeout: 1000 });
  }).toPass({ timeout: 120_000 }); // after a reload, too
  return panel!;
}

/** Brings a panel to the front. */
async function show(workbench: Workbench, title: string): Promise<Frame> {
  await workbench.page.getByRole('tab', { name: new RegExp(`^${title}`) }).click();
  return panelOf(workbench, title);
}

test('leaves another folder as it is, outlives a reload, and is used for all folders and back', async ({
  workbench,
}) => {
  test.setTimeout(300_000); // VS Code may take more than a minute to save what is open
  await workbench.settings({ 'faceClusters.clusters': '7' });
  await workbench.open();
  await workbench.explorerRow('portraits').click();
  await workbench.clusterFaces('male');
  await expect(cardsOf(await panelOf(workbench, 'male'))).toHaveCount(7);
  await workbench.clusterFaces('female');
  await setNumber(await panelOf(workbench, 'female'), 6);
  expect(await workbench.readSettings()).toEqual({ 'faceClusters.clusters': '7' });
  await expect(cardsOf(await show(workbench, 'male'))).toHaveCount(7);

  let panel = await show(workbench, 'female');
  // The overview, too, is shown after a reload as it was left.
  await panel.getByLabel('Order of the clusters').selectOption('name');
  await panel.getByLabel('Compact').check();
  await panel.getByRole('searchbox').fill('e');
  await workbench.saved(/search\W+e\W/);
  await workbench.page.reload();
  panel = await panelOf(workbench, 'female');
  await expect(panel.getByRole('searchbox')).toHaveValue('e', { timeout: 60_000 });
  await expect(panel.getByLabel('Order of the clusters')).toHaveValue('name');
  await expect(panel.getByLabel('Compact')).toBeChecked();
  await panel.getByRole('searchbox').fill('');
  await expect(cardsOf(panel)).toHaveCount(6, { timeout: 60_000 });
  await expect(panel.locator('#tune')).toContainText('Tune (1 own)');

  // A change of settings.json is for the folders without an own value.
  await workbench.settings({ 'faceClusters.clusters': '4' });
  await panel.locator('#tune').click();
  await expect(panel.locator('.own p')).toHaveText(
    'Own settings of this folder: clusters 6 (4 in the settings of the workspace).',
  );
  await expect(cardsOf(panel)).toHaveCount(6);
  await expect(cardsOf(await show(workbench, 'male'))).toHaveCount(4, { timeout: 60_000 });

  panel = await show(workbench, 'female');
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
