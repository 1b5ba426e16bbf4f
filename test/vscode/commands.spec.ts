/** Start-up, the command palette, the title of the panel and the settings editor. */
import { expect, test } from './vscode';

test('commands are in the palette where they apply, and in the title of the panel', async ({
  workbench,
}) => {
  const { page } = workbench;
  await workbench.open();
  await expect(async () => {
    expect(await workbench.palette('Face Clusters:')).toContain('Face Clusters: Cluster Faces');
  }).toPass({ timeout: 60_000 });
  for (const title of ['Refresh', 'Export Results…', 'Compare Methods', 'Undo'])
    expect(await workbench.palette(`Face Clusters: ${title}`)).not.toContain(
      `Face Clusters: ${title}`,
    );

  await workbench.clusterFaces('portraits');
  const panel = await workbench.panel();
  await expect(panel.locator('fc-cluster-card')).toHaveCount(16);
  for (const title of ['Refresh', 'Export Results…', 'Compare Methods', 'Copy Image Paths'])
    expect(await workbench.palette(`Face Clusters: ${title}`)).toContain(`Face Clusters: ${title}`);
  expect(await workbench.palette('Face Clusters: U')).not.toContain('Face Clusters: Undo');
  for (const title of ['Refresh', 'Compare Methods', 'Export Results…', 'Open Settings'])
    await expect(workbench.titleAction(title)).toBeVisible();
  await expect(workbench.titleAction('Undo')).toHaveCount(0);

  const clusters = panel.locator('fc-toolbar #clusters input');
  await clusters.fill('5');
  await clusters.press('Enter');
  await expect(panel.locator('fc-cluster-card')).toHaveCount(5);
  await workbench.titleAction('Undo').click();
  await expect(panel.locator('fc-cluster-card')).toHaveCount(16);

  await workbench.titleAction('Open Settings').click();
  const setting = page.locator('.settings-editor .setting-item-contents', {
    hasText: 'Number of clusters, from 1 to 1000',
  });
  await expect(setting.locator('input')).toHaveValue('16');
  await page.screenshot({ path: 'test-results/settings.png' });
});
