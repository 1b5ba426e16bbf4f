/** Trying other clusters, keeping them, and seeing what changed, as a person does in VS Code. */
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, test } from './vscode';

test('shows the clusters while their number is dragged, and keeps the number at the end', async ({
  workbench,
}) => {
  const { page } = workbench;
  const { panel, cards } = await workbench.clusterPortraits();
  const slider = panel.getByRole('slider', { name: 'Number of clusters' });
  const frame = (await slider.boundingBox())!;
  const at = (clusters: number) => {
    // The thumb's middle goes from 8 pixels inside one end to 8 pixels inside the other.
    const share = (clusters - 1) / 49;
    return [frame.x + 8 + share * (frame.width - 16), frame.y + frame.height / 2] as const;
  };
  await page.mouse.move(...at(16));
  await page.mouse.down();
  await page.mouse.move(...at(6), { steps: 5 });
  const tried = Number(await slider.inputValue());
  expect(tried).toBeLessThan(9);
  await expect(cards).toHaveCount(tried);
  expect(existsSync(join(workbench.folder, '.vscode', 'settings.json'))).toBe(false);
  await page.mouse.up();
  await expect(panel.locator('fc-notices')).toContainText(`from 16 to ${tried}, for this folder`);
  await expect(cards).toHaveCount(tried);
  await panel.locator('fc-toolbar #undo').click();
  await expect(cards).toHaveCount(16);
});

test('keeps a clustering under a name, says what changed since, and shows it again', async ({
  workbench,
}) => {
  const { page } = workbench;
  const { panel, cards } = await workbench.clusterPortraits();
  await panel.locator('fc-toolbar #kept').click();
  await workbench.pick('Keep this clustering');
  await expect(page.locator('.quick-input-widget')).toContainText('A name for it');
  await page.keyboard.type('first try');
  await page.keyboard.press('Enter');
  await expect(workbench.notification(/kept as 'first try'/)).toBeVisible();

  const clusters = panel.locator('#clusters input');
  await clusters.fill('5');
  await clusters.press('Enter');
  await expect(cards).toHaveCount(5);
  await panel.locator('fc-toolbar #changes').click();
  const view = panel.locator('fc-changes-view');
  await expect(view.getByRole('status')).toContainText('16 clusters then, 5 now.');
  await expect(view.locator('.cluster .face').first()).toBeVisible();
  await view.locator('#back').click();
  await expect(cards).toHaveCount(5);

  await panel.locator('fc-toolbar #kept').click();
  await workbench.pick('first try');
  await expect(cards).toHaveCount(16);
});

test('splits, pins and annotates a cluster, and gathers faces, each of which is undone', async ({
  workbench,
}) => {
  const { page } = workbench;
  const { panel, cards } = await workbench.clusterPortraits();
  const act = async (label: string | RegExp) => {
    await cards.first().locator('fc-menu #button').click();
    await panel.getByRole('menuitem', { name: label }).click();
  };
  const undo = () => panel.locator('fc-toolbar #undo').click();
  await act('Split in two');
  await expect(cards).toHaveCount(17);
  await undo();
  await expect(cards).toHaveCount(16);

  await act(/^Pin/);
  await expect(cards.first()).toContainText('pinned');
  await undo();
  await expect(cards.first()).not.toContainText('pinned');

  await act(/^Note/);
  await expect(page.locator('.quick-input-widget')).toContainText('Empty: no note');
  await page.keyboard.type('from the wedding');
  await page.keyboard.press('Enter');
  await expect(cards.first().locator('.note')).toHaveText('from the wedding');
  await undo();
  await expect(cards.first().locator('.note')).toHaveCount(0);

  await act(/^Color/);
  await workbench.pick('Teal');
  const color = () =>
    cards.first().evaluate((card: HTMLElement) => card.style.getPropertyValue('--cluster-color'));
  await expect.poll(color).toBe('#0f8a8a');
  await undo();
  await expect.poll(color).not.toBe('#0f8a8a');

  await cards.first().locator('#open').click();
  const faces = panel.locator('fc-cluster-view fc-face-grid .face');
  await faces.nth(0).focus();
  await page.keyboard.press('Space');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Space');
  await panel.locator('fc-selection-bar #gather').click();
  await panel.locator('#back').click();
  await expect(cards).toHaveCount(17);
  await undo();
  await expect(cards).toHaveCount(16);
});

test('shows copies of a picture once, lists them and leaves them out', async ({ workbench }) => {
  const folder = join(workbench.folder, 'copies');
  await mkdir(folder);
  const names = (await readdir(join(workbench.folder, 'portraits', 'female'))).sort().slice(0, 10);
  for (const [i, name] of names.entries()) {
    const photo = join(workbench.folder, 'portraits', 'female', name);
    await copyFile(photo, join(folder, name));
    if (i >= 3) continue;
    await copyFile(photo, join(folder, `again-${name}`));
    await sharp(photo)
      .jpeg({ quality: 50 })
      .toFile(join(folder, `smaller-${name}`));
  }
  await workbench.open();
  await workbench.clusterFaces('copies');
  const panel = await workbench.panel();
  const list = panel.locator('fc-copies-list');
  await list.locator('summary').click();
  await expect(list.locator('li')).toHaveCount(3);
  expect(await list.locator('li .face').count()).toBeGreaterThan(5);
  await list.locator('#leaveOut').click();
  await expect(panel.locator('fc-cluster-card').last().locator('#open')).toHaveText('Copies');
  await expect(list).toContainText('left out of the clusters');
  await panel.locator('fc-toolbar #undo').click();
  await expect(list).toContainText('of 3 pictures, shown once');
});
