/** A folder from anywhere, which the user does not trust. */
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from './vscode';

test.use({ isForeign: true });

const COMMAND_LINK = '[Show details](command:workbench.action.terminal.new) ';

/**
 * Time in which an engine would have started, in milliseconds: that nothing happens takes a while
 * to see.
 */
const WHILE = 4000;

const environmentOf = async (pid: number) =>
  (await readFile(`/proc/${String(pid)}/environ`, 'utf8')).split('\0');

test('runs nothing of an untrusted workspace, and nothing automatically, until it is trusted', async ({
  workbench,
}) => {
  const { page, folder } = workbench;
  // A library that the loader would open for ONNX Runtime, a network, and folders to be updated by
  // themselves.
  const libraries = join(folder, 'libraries');
  await mkdir(libraries);
  await writeFile(join(libraries, 'libdl.so.2'), 'no library');
  await writeFile(join(folder, 'hostile.onnx'), 'no network');
  await workbench.settings({
    'faceClusters.cudaLibraries': [libraries],
    'faceClusters.model': 'hostile.onnx',
    'faceClusters.cacheLimit': 0.05,
    'faceClusters.provider': 'webgpu',
    'faceClusters.watch': 'update',
    'faceClusters.clusters': 5,
  });
  await workbench.open({ trust: false });
  await expect(page.locator('.statusbar-item', { hasText: 'Restricted Mode' })).toBeVisible();
  expect(workbench.enginePids()).toEqual([]);

  // What the user asks for runs, with the extension's own network, and without the workspace's
  // folders.
  await workbench.clusterFaces('portraits');
  let panel = await workbench.panel();
  await expect(panel.locator('fc-cluster-card')).toHaveCount(5);
  await expect(panel.locator('fc-toolbar .figures')).toContainText('CPU');
  await expect(panel.locator('fc-notices')).not.toContainText('faceClusters.');
  const [engine] = workbench.enginePids();
  expect((await environmentOf(engine!)).filter((variable) => variable.includes(folder))).toEqual(
    [],
  );
  await workbench.saved(/runId/);

  // The window is opened again.
  for (const pid of workbench.enginePids()) process.kill(pid, 'SIGKILL');
  await page.reload();
  panel = await workbench.panel();
  const waits = panel.locator('fc-waits');
  await expect(waits).toContainText('This workspace is in Restricted Mode');
  await expect(panel.locator('fc-cluster-card')).toHaveCount(0);
  const portraits = join(folder, 'portraits');
  const [name] = (await readdir(portraits, { recursive: true })).filter((each) =>
    each.endsWith('.jpg'),
  );
  await cp(join(portraits, name!), join(portraits, 'added.jpg'));
  await page.waitForTimeout(WHILE);
  expect(workbench.enginePids()).toEqual([]);
  await page.screenshot({ path: 'test-results/restricted-mode.png' });

  // Trust brings everything back, by the way that the panel offers.
  await rm(join(folder, '.vscode'), { recursive: true });
  await waits.getByText('Manage Workspace Trust').click();
  await page
    .locator('.workspace-trust-editor')
    .getByRole('button', { name: 'Trust', exact: true })
    .first()
    .click();
  await expect(page.locator('.statusbar-item', { hasText: 'Restricted Mode' })).toHaveCount(0);
  await page.keyboard.press('Escape'); // VS Code shows its page above the editors
  panel = await workbench.panel();
  await expect(panel.locator('fc-cluster-card')).toHaveCount(16);
  await expect(
    panel.locator('fc-notices .notice', { hasText: 'The folder has changed since' }),
  ).toContainText('1 image added');
  expect(workbench.enginePids()).not.toEqual([]);
});

test('shows a folder name with a command link as text in a notification', async ({ workbench }) => {
  const { page, folder } = workbench;
  await mkdir(join(folder, COMMAND_LINK));
  await workbench.open();
  await workbench.command('Face Clusters: Cluster Faces');
  const input = page.locator('.quick-input-widget input');
  await expect(input).toHaveValue(new RegExp(folder));
  await workbench.chooseFolder(join(folder, COMMAND_LINK), 'Cluster Faces');
  const notification = workbench.notification('No images in');
  await expect(notification).toContainText(
    '[Show details] (command:workbench.action.terminal.new)',
  );
  await expect(notification.locator('.notification-list-item-message a')).toHaveCount(0);
});
