/** The cache, and changes in the folders of open panels. */
import { copyFile, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from './vscode';

test('shows added, changed and removed images, and a refresh reads only those', async ({
  workbench,
}) => {
  await workbench.open();
  await workbench.clusterFaces('portraits');
  const panel = await workbench.panel();
  const figures = panel.locator('fc-toolbar .figures');
  await expect(figures).toContainText('71 faces in 72 images');
  const folder = join(workbench.folder, 'portraits');
  const names = (await readdir(folder, { recursive: true }))
    .filter((name) => name.endsWith('.jpg'))
    .sort();
  await copyFile(join(folder, names[0]!), join(folder, 'added.jpg'));
  await copyFile(join(folder, names[1]!), join(folder, 'also-added.jpg'));
  await rm(join(folder, names[2]!));
  const notice = panel.locator('fc-notices .notice', { hasText: 'The folder has changed since' });
  await expect(notice).toContainText('2 images added, 1 removed');
  await workbench.sidePanel();
  await expect(workbench.treeRow(/portraits.*2 images added, 1 removed/)).toBeVisible();
  await workbench.page.screenshot({ path: 'test-results/changed-folder.png' });

  await notice.getByRole('button', { name: 'Refresh' }).click();
  await expect(figures).toContainText('72 faces in 73 images');
  await expect(notice).toHaveCount(0);
  await figures.locator('summary').click();
  await expect(figures.getByText('73 of 73 images came from the cache.')).toBeVisible();
});

test('refreshes the clusters automatically if the setting says so', async ({ workbench }) => {
  await workbench.settings({ 'faceClusters.watch': 'update' });
  await workbench.open();
  await workbench.clusterFaces('portraits');
  const figures = (await workbench.panel()).locator('fc-toolbar .figures');
  await expect(figures).toContainText('71 faces in 72 images');
  const folder = join(workbench.folder, 'portraits');
  const [name] = (await readdir(folder, { recursive: true }))
    .filter((each) => each.endsWith('.jpg'))
    .sort();
  await copyFile(join(folder, name!), join(folder, 'added.jpg'));
  await expect(figures).toContainText('72 faces in 73 images');
});

test('clears the cache and leaves the clusters', async ({ workbench }) => {
  const { page, server } = workbench;
  const { panel } = await workbench.clusterPortraits();
  const store = join(
    server.userDataDir,
    'User',
    'globalStorage',
    'face-clusters.face-clusters',
    'faces',
    'faces.mdb',
  );
  expect((await readFile(store)).subarray(24, 28).toString('hex')).toBe('dec0efbe');
  await workbench.command('Face Clusters: Clear Cache');
  const dialog = page.locator('.monaco-dialog-box');
  await expect(dialog).toContainText(/Clear the cache of \d+ images \(\d+ MB\)\?/);
  await dialog.getByText('Clear', { exact: true }).click();
  await expect(workbench.notification(/the cache was cleared \(\d+ MB\)/)).toBeVisible();
  // prettier-ignore
  await expect.poll(() => stat(store).then(() => 'there', () => 'gone')).toBe('gone');
  await expect(panel.locator('fc-cluster-card')).toHaveCount(16);
});

test('downloads no CUDA support where there is no GPU for it', async ({ workbench }) => {
  await workbench.open();
  await workbench.command('Face Clusters: Install CUDA Support');
  const dialog = workbench.page.locator('.monaco-dialog-box');
  await expect(dialog).toContainText('The NVIDIA driver is missing');
  await expect(dialog).toContainText('Faces are analyzed on the CPU.');
  await expect(dialog.getByText('Download', { exact: true })).toHaveCount(0);
  await dialog.locator('.monaco-button').first().click();
  await expect(dialog).toHaveCount(0);
});
