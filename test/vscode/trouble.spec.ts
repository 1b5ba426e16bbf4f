import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, test } from './vscode';

/** A folder whose faces take a while: large images decode slowly. */
async function slowFolder(folder: string, images: number): Promise<void> {
  await mkdir(folder);
  const noise = { type: 'gaussian', mean: 120, sigma: 60 } as const;
  const bytes = await sharp({
    create: { width: 1800, height: 2160, channels: 3, background: '#888', noise },
  })
    .jpeg({ quality: 50, progressive: true })
    .toBuffer();
  for (let i = 0; i < images; i++) await writeFile(join(folder, `${i}.jpg`), bytes);
}

test('reports a folder without images', async ({ workbench }) => {
  await mkdir(join(workbench.folder, 'nothing here'));
  await workbench.open();
  await workbench.clusterFaces('nothing here');
  await expect(
    workbench.notification(/No images in '.*nothing here': expected files of JPEG, PNG/),
  ).toBeVisible();
  const failure = workbench.notification(/No images/);
  await expect(failure.getByText('Try Again')).toBeVisible();
  await workbench.sidePanel();
  await expect(workbench.page.locator('.welcome-view')).toContainText('No faces are clustered');
  await failure.getByText('Choose Another Folder…').click();
  const input = workbench.page.locator('.quick-input-widget input');
  await expect(input).toHaveValue(new RegExp(workbench.folder));
  await workbench.page.keyboard.press('Escape');
});

test('leaves no entry of what was cancelled, and a way on in its panel', async ({ workbench }) => {
  await slowFolder(join(workbench.folder, 'slow'), 250);
  await workbench.settings({ 'faceClusters.detect': 'never', 'faceClusters.cache': false });
  await workbench.open();
  await workbench.clusterFaces('slow');
  const progress = workbench.notification('Cluster faces of');
  await expect(progress).toContainText(/Analyzing: \d+ of 250 images/);
  await workbench.sidePanel();
  await workbench.treeRow(/slow/).click();
  const panel = await workbench.panel();
  await panel.locator('fc-progress').getByText('Cancel').click();
  await panel.locator('.empty').getByText('Cluster Faces').click();
  await expect(panel.locator('fc-progress')).toContainText(/Analyzing: \d+ of 250 images/);
  await workbench.command('View: Close Editor');
  await progress.hover();
  await progress.getByText('Cancel', { exact: true }).click();
  await expect(workbench.page.locator('.welcome-view')).toContainText('No faces are clustered');
});

test('shows a welcome text in the empty side panel', async ({ workbench }) => {
  await workbench.open();
  await workbench.sidePanel();
  await expect(workbench.page.locator('.welcome-view')).toContainText(
    'No faces are clustered in this workspace yet',
  );
  await workbench.page.locator('.welcome-view').getByText('Cluster Faces of a Folder').click();
  // It asks for a folder; the simple dialog takes a path.
  const input = workbench.page.locator('.quick-input-widget input');
  await expect(input).toHaveValue(new RegExp(workbench.folder));
  await input.fill(join(workbench.folder, 'portraits') + '/');
  // A click that comes while it lists the folder is ignored.
  const dialog = workbench.page.locator('.quick-input-widget');
  await expect(dialog.getByText('female', { exact: true })).toBeVisible();
  await expect(async () => {
    if (await dialog.isVisible())
      await dialog.getByText('Cluster Faces').first().click({ timeout: 1000 });
    await dialog.waitFor({ state: 'hidden', timeout: 1000 });
  }).toPass({ timeout: 20_000 });
  await expect((await workbench.panel()).locator('fc-cluster-card')).toHaveCount(16);
});

test('counts images, and cancels at once', async ({ workbench }) => {
  await slowFolder(join(workbench.folder, 'slow'), 80);
  await workbench.settings({ 'faceClusters.detect': 'never', 'faceClusters.cache': false });
  await workbench.open();
  await workbench.clusterFaces('slow');
  const progress = workbench.notification('Cluster faces of');
  await expect(progress).toContainText(/Analyzing: \d+ of 80 images/);
  await progress.hover();
  const asked = Date.now();
  await progress.getByText('Cancel', { exact: true }).click();
  await expect(workbench.notification('Cancelled; nothing was stored')).toBeVisible({
    timeout: 5000,
  });
  // The click and the browser's drawing take part of it.
  expect(Date.now() - asked).toBeLessThan(5000);
  await expect(progress).toBeHidden();
});

test('reports an engine that is killed repeatedly, and retries', async ({ workbench }) => {
  await slowFolder(join(workbench.folder, 'slow'), 40);
  await workbench.settings({ 'faceClusters.detect': 'never', 'faceClusters.cache': false });
  await workbench.open();
  await workbench.clusterFaces('slow');
  await expect(workbench.notification('Cluster faces of')).toContainText(
    /Analyzing: [1-9]\d* of 40 images/,
  );
  const failure = workbench.notification(/The engine failed: the process ended \(SIGKILL\)/);
  // Once, it begins again by itself.
  await expect(async () => {
    for (const pid of workbench.enginePids()) process.kill(pid, 'SIGKILL');
    await expect(failure).toBeVisible({ timeout: 1000 });
  }).toPass({ timeout: 30_000 });
  await failure.getByText('Try Again').click();
  await expect((await workbench.panel()).locator('fc-toolbar .figures')).toContainText(
    '40 faces in 40 images',
    { timeout: 60_000 },
  );
});

test('keeps the panel working when the engine is killed', async ({ workbench }) => {
  const { panel } = await workbench.clusterPortraits();
  for (const pid of workbench.enginePids()) process.kill(pid, 'SIGKILL');
  const clusters = panel.locator('#clusters input');
  await clusters.fill('3');
  await clusters.press('Enter');
  await expect(panel.locator('fc-cluster-card')).toHaveCount(3);
});

test('restores the panel and the side panel after a reload', async ({ workbench }) => {
  await workbench.open();
  await workbench.clusterFaces('portraits');
  let panel = await workbench.panel();
  const name = await panel.locator('fc-cluster-card').nth(2).locator('#open').innerText();
  await panel.locator('fc-cluster-card').nth(2).locator('#open').click();
  await expect(panel.locator('fc-cluster-view h2')).toHaveText(name);
  await workbench.saved(/selected\W+2\b/);
  await workbench.page.reload();
  panel = await workbench.panel();
  await expect(panel.locator('fc-cluster-view h2')).toHaveText(name);
  await expect(panel.locator('fc-face-grid .face').first()).toBeVisible();
  await expect(panel.locator('figure.mean canvas')).toBeVisible();
  await workbench.sidePanel();
  await expect(workbench.treeRow(/portraits.*71 faces, 16 clusters/)).toBeVisible();
});

test('removes a run after asking and leaves its photos', async ({ workbench }) => {
  await workbench.open();
  await workbench.clusterFaces('portraits');
  await (await workbench.panel()).locator('fc-cluster-card').first().waitFor();
  await workbench.sidePanel();
  await workbench.treeRow(/portraits/).hover();
  await workbench
    .treeRow(/portraits/)
    .getByRole('button', { name: 'Remove Clusters' })
    .click();
  const dialog = workbench.page.locator('.monaco-dialog-box');
  await expect(dialog).toContainText('The images stay as they are');
  await dialog.getByText('Remove', { exact: true }).click();
  await expect(workbench.page.locator('.welcome-view')).toContainText('No faces are clustered');
  await expect(workbench.page.locator('.tab.active', { hasText: 'portraits' })).toHaveCount(0);
});
