/** Runs in one file: saved, opened where the photos are not, corrected and saved there. */
import { execFileSync } from 'node:child_process';
import { readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Frame } from '@playwright/test';
import { expect, test, type Workbench } from './vscode';

/** What the log of corrections in a file holds. */
function correctionsIn(file: string): string {
  const script =
    'import sys, zipfile; print(zipfile.ZipFile(sys.argv[1]).read("corrections.jsonl").decode())';
  return execFileSync('/usr/bin/python3', ['-c', script, file], { encoding: 'utf8' });
}

/** Clusters the portraits, names a cluster, and saves everything in a file. */
async function save(workbench: Workbench): Promise<string> {
  const { page, folder } = workbench;
  await workbench.clusterFaces('portraits');
  const panel = await workbench.panel();
  await expect(panel.locator('fc-cluster-card')).toHaveCount(16);
  await nameCluster(workbench, panel, 1, 'Anna');
  await workbench.command('Face Clusters: Save Clusters As…');
  const dialog = page.locator('.quick-input-widget');
  const file = join(folder, 'portraits.faceclusters');
  await expect(dialog.locator('input')).toHaveValue(file);
  await dialog.locator('.monaco-button', { hasText: 'OK' }).click();
  await expect(workbench.notification('faces, clusters and corrections')).toBeVisible();
  await page.keyboard.press('Escape');
  return file;
}

async function nameCluster(workbench: Workbench, panel: Frame, index: number, name: string) {
  await panel.locator('fc-cluster-card').nth(index).locator('#open').focus();
  await workbench.page.keyboard.press('F2');
  await workbench.page.keyboard.type(name);
  await workbench.page.keyboard.press('Enter');
  await expect(panel.locator('#open', { hasText: name })).toHaveCount(1);
}

async function openFile(workbench: Workbench, name: string): Promise<Frame> {
  await workbench.explorerRow(name).dblclick();
  return workbench.panel();
}

const dirtyTab = (workbench: Workbench) => workbench.page.locator('.tab.dirty');

test('opens where the photos are not, takes corrections, and is saved with them', async ({
  workbench,
}) => {
  const { page, folder } = workbench;
  await workbench.open();
  const file = await save(workbench);
  expect(correctionsIn(file)).toContain('Anna');
  // Another machine: no photos, no other clusters.
  await rename(join(folder, 'portraits'), join(folder, 'elsewhere'));
  await workbench.command('View: Close All Editors');
  // VS Code in a browser saves by itself otherwise.
  await workbench.settings({ 'faceClusters.clusters': '5', 'files.autoSave': 'off' });

  let panel = await openFile(workbench, 'portraits.faceclusters');
  const cards = panel.locator('fc-cluster-card');
  await expect(cards).toHaveCount(16);
  await expect(panel.locator('#clusters input')).toHaveValue('16');
  await expect(panel.locator('#open', { hasText: 'Anna' })).toHaveCount(1);
  await expect(dirtyTab(workbench)).toHaveCount(0);
  await panel.locator('fc-cluster-card').first().locator('#open').click();
  const face = panel.locator('fc-cluster-view fc-face-grid .face').first();
  await face.click();
  await expect(panel.locator('fc-photo-dialog')).toContainText('the photo is not on this machine', {
    ignoreCase: true,
  });
  await page.screenshot({ path: 'test-results/faceclusters-file.png' });
  await page.keyboard.press('Escape');
  await panel.locator('#back').click();

  await nameCluster(workbench, panel, 2, 'Berta');
  await expect(dirtyTab(workbench)).toHaveCount(1);
  expect(correctionsIn(file)).not.toContain('Berta');
  const before = (await stat(file)).mtimeMs;
  await page.keyboard.press('Control+s');
  await expect(dirtyTab(workbench)).toHaveCount(0);
  expect((await stat(file)).mtimeMs).toBeGreaterThan(before);
  expect(correctionsIn(file)).toContain('Berta');
  expect((await readdir(folder)).filter((name) => name.startsWith('.face'))).toEqual([]);

  // Opened again: in effect, and undoable.
  await workbench.command('View: Close All Editors');
  panel = await openFile(workbench, 'portraits.faceclusters');
  await expect(panel.locator('#open', { hasText: 'Berta' })).toHaveCount(1);
  await panel.locator('fc-toolbar #undo').click();
  await expect(panel.locator('#open', { hasText: 'Berta' })).toHaveCount(0);
  await expect(panel.locator('#open', { hasText: 'Anna' })).toHaveCount(1);
  await expect(dirtyTab(workbench)).toHaveCount(1);

  // What was not saved is there after a reload, and reverted by VS Code's own command.
  await page.waitForTimeout(6000); // VS Code backs up a second after a change, or when idle
  await page.reload();
  panel = await workbench.panel();
  await expect(panel.locator('fc-cluster-card')).toHaveCount(16);
  await expect(panel.locator('#open', { hasText: 'Berta' })).toHaveCount(0);
  await expect(dirtyTab(workbench)).toHaveCount(1);
  await workbench.command('File: Revert File');
  await expect(panel.locator('#open', { hasText: 'Berta' })).toHaveCount(1);
  await expect(dirtyTab(workbench)).toHaveCount(0);
});

test('says what is wrong with a damaged file, and writes nothing', async ({ workbench }) => {
  const { folder } = workbench;
  await workbench.open();
  const file = await save(workbench);
  const bytes = await readFile(file);
  await writeFile(join(folder, 'half.faceclusters'), bytes.subarray(0, bytes.length / 2));
  await workbench.command('View: Close All Editors');
  const panel = await openFile(workbench, 'half.faceclusters');
  await expect(panel.locator('fc-notices')).toContainText(
    "'half.faceclusters' cannot be opened: it is cut off",
  );
  await workbench.page.screenshot({ path: 'test-results/faceclusters-damaged.png' });
  await writeFile(join(folder, 'half.faceclusters'), bytes);
  await panel.locator('fc-notices').getByText('Try again', { exact: false }).first().click();
  await expect(panel.locator('fc-cluster-card')).toHaveCount(16);
});

test.describe('in a foreign workspace', () => {
  test.use({ isForeign: true });

  test('waits for trust in Restricted Mode', async ({ workbench }) => {
    await writeFile(join(workbench.folder, 'any.faceclusters'), 'not even a file of clusters');
    await workbench.open({ trust: false });
    const panel = await openFile(workbench, 'any.faceclusters');
    await expect(panel.locator('fc-waits')).toContainText('This workspace is in Restricted Mode');
    await workbench.page.waitForTimeout(2000);
    expect(workbench.enginePids()).toEqual([]);
  });
});
