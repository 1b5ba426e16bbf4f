/** What one can do in the panel: name, choose and merge clusters, ask for faces, select them. */
import { expect, test } from './components';
import { clusteringState, panelState } from './panel-states';

const corrections = (sent: [string, unknown][]) =>
  sent.filter(([name]) => name === 'correct').map(([, params]) => params);

test('a cluster is renamed by F2, and takes its name in words again', async ({
  mountComponent,
}) => {
  const mounted = await mountComponent('fc-app', { panel: panelState() });
  const { component, page } = mounted;
  const card = component.locator('fc-cluster-card').nth(1);
  await expect(card.locator('#open')).toHaveText('Smiling women');
  await card.locator('#open').focus();
  await page.keyboard.press('F2');
  const field = card.getByLabel('Name of the cluster');
  await expect(field).toBeFocused();
  await field.fill(' Anna ');
  await page.keyboard.press('Enter');
  await expect(card.locator('#open')).toBeFocused();
  await page.keyboard.press('F2');
  await field.fill('never mind');
  await page.keyboard.press('Escape');
  expect(corrections(await mounted.sent())).toEqual([
    { request: { kind: 'name', cluster: 1, name: 'Anna' } },
  ]);

  const clustering = clusteringState();
  clustering.clusters[1]!.said = { name: 'Anna <b>', note: 'from the wedding' };
  await mounted.update({ panel: panelState({ clustering, generation: 2 }) });
  await expect(card.locator('#open')).toHaveText('Anna <b>');
  await expect(card.locator('.note')).toHaveText('from the wedding');
  await card.locator('#open').focus();
  await page.keyboard.press('F2');
  await field.fill('');
  await page.keyboard.press('Enter');
  expect(corrections(await mounted.sent()).at(-1)).toEqual({
    request: { kind: 'name', cluster: 1, name: null },
  });
});

test('two chosen clusters are merged into the first', async ({ mountComponent }) => {
  const mounted = await mountComponent('fc-app', { panel: panelState() });
  const { component } = mounted;
  const cards = component.locator('fc-cluster-card');
  await cards.nth(2).getByRole('checkbox').check();
  const bar = component.getByRole('toolbar', { name: 'Selection' });
  await expect(bar).toContainText('Choose another one to merge them');
  await cards.nth(0).getByRole('checkbox').check();
  await bar.locator('#merge').click();
  expect(corrections(await mounted.sent())).toEqual([
    { request: { kind: 'merge', into: 2, others: [0] } },
  ]);
  await expect(bar).toHaveCount(0);
});

test('a card is merged by dragging it onto another, and a face is moved', async ({
  mountComponent,
}) => {
  const mounted = await mountComponent('fc-app', { panel: panelState() });
  const { component } = mounted;
  const cards = component.locator('fc-cluster-card');
  await cards.nth(1).locator('header').dragTo(cards.nth(0).locator('.eigenface'));
  await cards.nth(0).locator('.faces .face').nth(3).dragTo(cards.nth(2).locator('.eigenface'));
  expect(corrections(await mounted.sent())).toEqual([
    { request: { kind: 'merge', into: 0, others: [1] } },
    { request: { kind: 'move', rows: [3], to: 2 } },
  ]);
});

test('the menu of a cluster works by keyboard', async ({ mountComponent }) => {
  const mounted = await mountComponent('fc-app', { panel: panelState() });
  const { component, page } = mounted;
  const menu = component.locator('fc-cluster-card').first().locator('fc-menu');
  await menu.getByRole('button').first().focus();
  await page.keyboard.press('ArrowDown');
  await expect(menu.getByRole('menuitem', { name: 'Rename' })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(menu.getByRole('menu')).toHaveCount(0);
  await page.keyboard.press('Enter');
  for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  expect(corrections(await mounted.sent())).toEqual([
    { request: { kind: 'pin', cluster: 0, pinned: true } },
  ]);
});

test('a question in words shows the faces, of which selected ones are corrected', async ({
  mountComponent,
}) => {
  const mounted = await mountComponent('fc-app', { panel: panelState() });
  const { component, page } = mounted;
  const search = component.getByRole('searchbox');
  await search.fill('glasses, not smiling');
  await expect(component.locator('#ask')).toHaveText('Show faces: Eyeglasses, not Smiling');
  await page.keyboard.press('Enter');
  const answer = component.locator('fc-answer-view');
  await expect(answer.locator('h2')).toHaveText('Eyeglasses, not Smiling');
  await expect(answer.getByRole('status')).toHaveText('30 faces');
  const faces = answer.locator('fc-face-grid .face');
  await faces.nth(2).focus();
  await page.keyboard.press('Space');
  await answer.locator('.pick').nth(4).check({ force: true });
  const bar = component.getByRole('toolbar', { name: 'Selection' });
  await expect(bar).toContainText('2 faces selected');
  await bar.locator('#mark').getByRole('button').first().click();
  await bar.getByRole('menuitem', { name: 'Not Eyeglasses' }).click();
  expect(corrections(await mounted.sent())).toEqual([
    { request: { kind: 'attribute', rows: [2, 4], attribute: 'Eyeglasses', value: false } },
  ]);
  await answer.locator('#opposite').click();
  await expect(answer.locator('h2')).toHaveText('not Eyeglasses, Smiling');
  await page.keyboard.press('Escape');
  await expect(component.locator('fc-cluster-card')).toHaveCount(3);
});

test('a click on a bar asks for the faces', async ({ mountComponent }) => {
  const { component } = await mountComponent('fc-app', { panel: panelState() });
  const card = component.locator('fc-cluster-card').first();
  await card.locator('fc-difference-chart button').first().click();
  await expect(component.locator('fc-answer-view h2')).toHaveText('Eyeglasses');
});

test('undo and redo are keys of the panel, but not of its fields', async ({ mountComponent }) => {
  const panel = panelState({ undo: 'Merged 2 clusters', redo: 'Moved 1 face' });
  const mounted = await mountComponent('fc-app', { panel });
  const { component, page } = mounted;
  await component.locator('fc-cluster-card #open').first().focus();
  await page.keyboard.press('Control+z');
  await page.keyboard.press('Control+Shift+z');
  await component.getByRole('searchbox').focus();
  await page.keyboard.press('Control+z');
  const commands = (await mounted.sent()).filter(([name]) => name === 'command');
  expect(commands).toEqual([
    ['command', { command: 'undo' }],
    ['command', { command: 'redo' }],
  ]);
});

test('keys of a photo dialog reach VS Code, but not the panel behind it', async ({
  mountComponent,
}) => {
  const panel = panelState({ undo: 'Merged 2 clusters' });
  const mounted = await mountComponent('fc-app', { panel });
  const { component, page } = mounted;
  await page.evaluate(() => {
    window.addEventListener('keydown', ({ key }) => {
      document.title = key; // VS Code listens there
    });
  });
  await component.locator('fc-cluster-card .face').first().click();
  await expect(component.locator('fc-photo-dialog h2')).toHaveText('image-0.jpg');
  await page.keyboard.press('Control+z');
  await page.keyboard.press('F6');
  expect(await page.title()).toBe('F6');
  expect((await mounted.sent()).filter(([name]) => name === 'command')).toEqual([]);
});

test('the arrow keys step through the faces of a photo dialog', async ({ mountComponent }) => {
  const { component, page } = await mountComponent('fc-app', { panel: panelState() });
  await component.locator('fc-cluster-card .face').first().click();
  const title = component.locator('fc-photo-dialog h2');
  await expect(title).toHaveText('image-0.jpg');
  await page.keyboard.press('ArrowRight');
  await expect(title).toHaveText('image-1.jpg');
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('ArrowLeft');
  await expect(title).toHaveText('image-0.jpg');
});

test('finds the overview as it was left, after an answer, a comparison and a cluster', async ({
  mountComponent,
}) => {
  const mounted = await mountComponent('fc-app', { panel: panelState() });
  const { component, page } = mounted;
  const search = component.getByRole('searchbox');
  const order = component.getByLabel('Order of the clusters');
  await search.fill('glasses');
  await order.selectOption('silhouette');
  await component.getByLabel('Compact').check();
  const isKept = async (after: string) => {
    await expect(search, after).toHaveValue('glasses');
    await expect(order, after).toHaveValue('silhouette');
    await expect(component.getByLabel('Compact'), after).toBeChecked();
  };
  await search.press('Enter');
  await component.locator('fc-answer-view #back').click();
  await isKept('an answer');
  await mounted.update({ panel: panelState({ selected: 1 }) });
  await expect(component.locator('fc-cluster-view')).toBeVisible();
  await expect(search).toHaveCount(0);
  await mounted.update({ panel: panelState() });
  await isKept('a cluster');
  await component.locator('fc-cluster-card').first().locator('fc-menu #button').click();
  await page.getByRole('menuitem', { name: 'Compare with' }).click();
  await expect(component.locator('fc-pair-view')).toBeVisible();
  await page.keyboard.press('Escape');
  await isKept('a comparison');
});

test('saves the chart of a cluster, from its menu and beside the chart', async ({
  mountComponent,
}) => {
  const mounted = await mountComponent('fc-app', { panel: panelState() });
  const { component, page } = mounted;
  await component.locator('fc-cluster-card').first().locator('fc-menu #button').click();
  await page.getByRole('menuitem', { name: 'Save chart' }).click();
  await mounted.update({ panel: panelState({ selected: 1 }) });
  await component.getByText('Save chart as SVG or PNG').press('Enter');
  const sent = (await mounted.sent()).filter(([name]) => name === 'images');
  expect(sent.map(([, params]) => params)).toEqual([
    { cluster: 0, action: 'saveChart' },
    { cluster: 1, action: 'saveChart' },
  ]);
});

test('the bar of a selection gives the focus back when it closes', async ({ mountComponent }) => {
  const { component, page } = await mountComponent('fc-app', { panel: panelState() });
  const cards = component.locator('fc-cluster-card');
  const bar = component.getByRole('toolbar', { name: 'Selection' });
  await cards.nth(1).getByRole('checkbox').check();
  await cards.nth(0).getByRole('checkbox').check();
  await bar.locator('#merge').focus();
  await page.keyboard.press('Enter');
  await expect(bar).toHaveCount(0);
  await expect(cards.nth(1).locator('#open')).toBeFocused();

  const search = component.getByRole('searchbox');
  await search.fill('smiling');
  await page.keyboard.press('Enter');
  await component.locator('fc-answer-view .face').first().focus();
  await page.keyboard.press('Space');
  await bar.locator('#notFace').focus();
  await page.keyboard.press('Enter');
  await expect(bar).toHaveCount(0);
  await expect(component.locator('fc-answer-view #back')).toBeFocused();
});
