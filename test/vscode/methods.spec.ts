import { expect, test } from './vscode';

test('clusters with every method and its parameters, and opens clusters from the dendrogram', async ({
  workbench,
}) => {
  await workbench.open();
  await workbench.clusterFaces('portraits');
  const panel = await workbench.panel();
  const figures = panel.locator('fc-toolbar .figures');
  await expect(figures).toContainText('16 clusters (K-Means)');
  const choose = async (id: string, value: string) => {
    await panel.locator(`fc-toolbar #${id}`).click();
    await panel.locator(`fc-toolbar #${id} vscode-option[value="${value}"]`).click();
  };

  await panel.locator('fc-toolbar #tune').click();
  await choose('method', 'agglomerative');
  await expect(figures).toContainText('16 clusters (Agglomerative)');
  const leaves = panel.locator('fc-dendrogram text.leaf');
  await expect(leaves).toHaveCount(16);
  await expect(panel.locator('fc-dendrogram path')).toHaveCount(15);
  await choose('linkage', 'complete');
  await expect(panel.locator('fc-toolbar #metric')).toBeVisible();
  await leaves.first().click();
  await expect(panel.locator('fc-cluster-view h2')).toBeVisible();

  // Escape closes an open dropdown, and only then the cluster; the focus is not taken from where it
  // is.
  const method = panel.locator('fc-toolbar #method');
  await method.click();
  const option = method.locator('vscode-option').first();
  await expect(option).toBeVisible();
  await workbench.page.keyboard.press('Escape');
  await expect(option).toBeHidden();
  await expect(panel.locator('fc-cluster-view h2')).toBeVisible();
  await workbench.page.keyboard.press('Escape');
  await expect(panel.locator('fc-cluster-view')).toHaveCount(0);
  await expect(method).toBeFocused();

  await choose('method', 'dbscan');
  await expect(figures).toContainText('(DBSCAN)');
  await expect(panel.locator('fc-toolbar #clusters')).toHaveCount(0);
  await expect(panel.locator('fc-cluster-card').last().locator('#open')).toHaveText('Noise');

  // What is out of bounds is refused where it is typed.
  const eps = panel.locator('fc-toolbar #eps');
  await eps.fill('-1');
  await eps.press('Tab');
  await expect(panel.locator('fc-toolbar .wrong')).toContainText('Eps: ');
  await expect(figures).toContainText('(DBSCAN)');
});

test('stores a comparison of methods, whose points open a clustering that can be undone', async ({
  workbench,
}) => {
  const { panel } = await workbench.clusterPortraits();
  await panel.getByText('Compare Methods', { exact: true }).click();
  const comparison = panel.locator('fc-comparison');
  // of the chart, and of the legend, where the other methods have marks
  await expect(comparison.locator('path.line')).toHaveCount(4 + 4, { timeout: 60_000 });
  await comparison.screenshot({ path: 'test-results/comparison.png' });
  const point = comparison.locator('[role=button][aria-label^="Open Agglomerative, k = 7:"]');
  await point.focus();
  await workbench.page.keyboard.press('Enter');
  await expect(panel.locator('fc-toolbar .figures')).toContainText('7 clusters (Agglomerative)');
  await expect(panel.locator('fc-notices')).toContainText(
    'Changed method from K-Means to Agglomerative, clusters from 16 to 7, for this folder alone',
  );
  await panel.locator('fc-notices').getByText('Undo', { exact: true }).click();
  await expect(panel.locator('fc-toolbar .figures')).toContainText('16 clusters (K-Means)');

  // It is there again when the window is; VS Code saves what is open when it is idle.
  await workbench.saved(/runId/);
  await workbench.page.reload();
  const again = await workbench.panel();
  await expect(again.locator('fc-comparison [role=button]').first()).toBeVisible({
    timeout: 60_000,
  });
});

test('chooses the number of clusters with reasons, and takes custom weights', async ({
  workbench,
}) => {
  const { panel } = await workbench.clusterPortraits();
  const clusters = panel.locator('fc-toolbar #clusters input');
  await clusters.fill('auto');
  await clusters.press('Tab');
  const curve = panel.locator('fc-k-curve');
  await expect(curve.locator('figure')).toHaveCount(3, { timeout: 60_000 });
  await expect(panel.locator('fc-notices')).toContainText('The number of clusters is', {
    ignoreCase: true,
  });
  // Of the window: to take the whole panel Playwright would enlarge it, and VS Code might draw the
  // panel anew.
  await workbench.page.screenshot({ path: 'test-results/curve.png' });
  await curve.locator('figure').first().locator('circle.live').nth(3).click();
  await expect(panel.locator('fc-toolbar .figures')).toContainText('5 clusters (K-Means)');

  await panel.locator('fc-toolbar #tune').click();
  await panel.getByText('Custom Weights…', { exact: true }).click();
  const slider = panel.locator('fc-weights label', { hasText: 'Smiling' }).locator('input');
  await slider.focus();
  for (let i = 0; i < 20; i++) await workbench.page.keyboard.press('ArrowRight');
  await expect(panel.locator('fc-notices')).toContainText('Changed weights');
  const weight = panel.locator('fc-weights label', { hasText: 'Smiling' }).locator('output');
  // 20 steps of 0.05 above what standardized attributes weigh
  await expect.poll(async () => Number(await weight.innerText())).toBeGreaterThan(1.5);
  await panel.locator('#useForAll').click();
  await expect
    .poll(async () => {
      const weights = (await workbench.readSettings())['faceClusters.weights'];
      return (weights as Record<string, number> | undefined)?.Smiling;
    })
    .toBe(Number(await weight.innerText()));
  await panel.locator('fc-weights').getByText('Reset Weights').click();
  await expect(panel.locator('.own p')).toContainText('weights standardized (custom in the');
});
