/** The side panel, the status bar, keys and the walkthrough, used as a person does. */
import { expect, test } from './vscode';

test('corrects clusters in the side panel by keys, menus and dragging', async ({ workbench }) => {
  const { page } = workbench;
  const { panel } = await workbench.clusterPortraits();
  const status = page.locator('.statusbar-item', { hasText: '71 faces, 16 clusters' });
  await expect(status).toBeVisible();
  await workbench.sidePanel();
  const rows = workbench.treeRow(/faces? · \d+/);

  // F2, as in the explorer.
  await rows.nth(0).click();
  await page.keyboard.press('F2');
  const input = page.locator('.quick-input-widget input');
  await input.fill('Anna');
  await input.press('Enter');
  await expect(workbench.treeRow(/^Anna/)).toBeVisible();
  await expect(workbench.treeRow(/^Anna/)).toContainText(/\d+ faces · 0/);

  // Dragged onto it.
  const before = Number.parseInt(
    (await workbench.treeRow(/^Anna/).innerText()).replace(/^Anna\D*/, ''),
  );
  await rows.nth(3).dragTo(workbench.treeRow(/^Anna/));
  await expect(workbench.treeRow(/^portraits/)).toContainText('15 clusters');
  await expect(page.locator('.statusbar-item', { hasText: '15 clusters' })).toBeVisible();
  const merged = Number.parseInt(
    (await workbench.treeRow(/^Anna/).innerText()).replace(/^Anna\D*/, ''),
  );
  expect(merged).toBeGreaterThan(before);

  // Taken back by the keys of the list, then made again.
  await workbench.treeRow(/^Anna/).click();
  await page.keyboard.press('Control+z');
  await expect(workbench.treeRow(/^portraits/)).toContainText('16 clusters');
  await workbench.treeRow(/^Anna/).click();
  await page.keyboard.press('Control+y');
  await expect(workbench.treeRow(/^portraits/)).toContainText('15 clusters');

  // The menu has every action.
  await workbench.treeRow(/^Anna/).click({ button: 'right' });
  const menu = page.locator('.monaco-menu');
  for (const title of ['Rename Cluster…', 'Merge Clusters…', 'Split Cluster…', 'Note on Cluster…'])
    await expect(menu.locator('.action-item', { hasText: title })).toBeVisible();
  await page.screenshot({ path: 'test-results/side-panel.png' });
  await workbench.chooseFromMenu('Pin Cluster');
  await expect(panel.locator('fc-notices')).toContainText('Pinned');
  // The list is drawn anew for the pin, which may close the menu.
  await expect(async () => {
    await workbench.treeRow(/^Anna/).click({ button: 'right' });
    await workbench.chooseFromMenu('Split Cluster…');
    await expect(input).toBeVisible({ timeout: 3000 });
  }).toPass({ timeout: 40_000 });
  await input.fill('3');
  await input.press('Enter');
  await expect(workbench.treeRow(/^portraits/)).toContainText('17 clusters');

  // The counts go with the panel.
  await workbench.command('View: Close All Editors');
  await expect(page.locator('.statusbar-item', { hasText: 'clusters' })).toHaveCount(0);
});

test('has keys in the panel that leave text fields alone', async ({ workbench }) => {
  const { page } = workbench;
  const { panel, cards } = await workbench.clusterPortraits();
  await cards.nth(0).getByRole('checkbox').check();
  await cards.nth(1).getByRole('checkbox').check();
  await page.keyboard.press('Control+m');
  await expect(cards).toHaveCount(15);

  const search = panel.getByRole('searchbox');
  await page.keyboard.press('Control+f');
  await expect(search).toBeFocused();
  await search.fill('glasses');
  await page.keyboard.press('Enter');
  const answer = panel.locator('fc-answer-view');
  const faces = answer.locator('fc-face-grid .face');
  await expect(faces.first()).toBeVisible();
  await faces.first().focus();
  await page.keyboard.press('Space');
  await page.keyboard.press('Delete');
  await panel.locator('#back').click();
  await expect(search, 'what was searched for stays').toHaveValue('glasses');
  await search.fill('');
  await expect(cards.last().locator('#open')).toHaveText('Not faces');

  // Delete in a text field deletes a letter, and nothing else.
  const total = await cards.count();
  await cards.nth(0).getByRole('checkbox').check();
  await search.fill('abc');
  await search.press('Home');
  await page.keyboard.press('Delete');
  await expect(search).toHaveValue('bc');
  await page.keyboard.press('Control+m');
  await search.fill('');
  await expect(cards).toHaveCount(total);
});

test('has a walkthrough', async ({ workbench }) => {
  const { page } = workbench;
  await workbench.open();
  await workbench.sidePanel();
  await workbench.command('Welcome: Open Walkthrough');
  await page
    .locator('.quick-input-list .monaco-list-row', { hasText: 'Face Clusters' })
    .first()
    .click();
  const steps = page.locator('.getting-started-step');
  await expect(steps).toHaveCount(4);
  await expect(page.locator('.gettingStartedContainer')).toContainText('Cluster the faces of a');
  await page.waitForTimeout(1500);
  await page.screenshot({ path: 'test-results/walkthrough.png' });
});
