/** Two clusters side by side. */
import type { Locator } from '@playwright/test';
import { accessibilityFaults } from '../vscode/accessibility';
import { expect, test } from './components';
import { clusteringState, panelState } from './panel-states';

/** The second cluster is of men, and smiles less; the third is much like the first. */
function clustering() {
  const state = clusteringState();
  state.clusters[1]!.occurrences = { Smiling: 0.4, Eyeglasses: 0.5, Male: 0.95 };
  state.clusters[2]!.occurrences = { Smiling: 0.8, Eyeglasses: 0.5, Male: 0.1 };
  return state;
}

const state = (selected: number | null = null) =>
  panelState({ clustering: clustering(), selected });

/** Red, green and blue of each pixel of a canvas. */
const pixelsOf = (canvas: Locator) =>
  canvas.evaluate((element: HTMLCanvasElement) => {
    const { data } = element.getContext('2d')!.getImageData(0, 0, element.width, element.height);
    return Array.from({ length: data.length / 4 }, (_, p) => [...data.slice(4 * p, 4 * p + 3)]);
  });

test('a cluster is compared from its view with the one most like it, then with another', async ({
  mountComponent,
}) => {
  const mounted = await mountComponent('fc-app', { panel: state(0) });
  const { component, page } = mounted;
  const means = [
    [100, 100, 100, 100],
    [100, 200, 50, 100],
    [100, 100, 100, 110],
  ];
  await page.evaluate((levels) => window.testPage.showPictures(levels), means);
  await component.locator('fc-cluster-view #compare').click();
  const pair = component.locator('fc-pair-view');
  await expect(pair.locator('#first')).toHaveValue('0');
  await expect(pair.locator('#second')).toHaveValue('2');
  await expect(pair.locator('#second')).toBeFocused();
  await expect(pair.getByRole('status')).toHaveText(
    'Their centers are 0.84 apart. On average, their faces are 0.61 and 0.70 from the center of their own cluster.',
  );
  await expect(pair.locator('.side').first().locator('.face')).toHaveCount(12);
  await expect(pair.locator('.side').last().locator('.face')).toHaveCount(10);
  await expect(pair.locator('.side').last().locator('.figures')).toContainText('10 faces');

  await page.keyboard.press('ArrowUp');
  await expect(pair.locator('#second')).toHaveValue('1');
  const rows = pair.locator('fc-difference-chart button');
  // The largest difference first.
  await expect(rows).toHaveText([
    /Male\s+10 %\s+95 %\s+−85/,
    /Smiling\s+90 %\s+40 %\s+\+50/,
    /Eyeglasses\s+50 %\s+50 %\s+0/,
  ]);
  await expect(rows.nth(1)).toHaveAttribute(
    'aria-label',
    /^Smiling: 90 %, 40 %, \+50 points, of .+ and of .+\. Show these faces\.$/,
  );
  // Blue where the first is brighter, orange where the second is, the more the larger.
  const canvas = pair.locator('.difference canvas');
  await expect(canvas).toBeVisible();
  await expect
    .poll(() => pixelsOf(canvas))
    .toEqual([
      [247, 247, 247],
      [179, 88, 6],
      [140, 174, 210],
      [247, 247, 247],
    ]);
  expect((await mounted.sent()).filter(([name]) => name === 'clusterDistance')).toEqual([
    ['clusterDistance', [0, 2]],
    ['clusterDistance', [0, 1]],
  ]);

  await page.keyboard.press('Escape');
  await expect(component.locator('fc-cluster-view #compare')).toBeFocused();
});

test('the lists name the clusters that are compared, whichever were picked before', async ({
  mountComponent,
}) => {
  const mounted = await mountComponent('fc-app', { panel: state(0) });
  const { component } = mounted;
  await component.locator('fc-cluster-view #compare').click();
  const pair = component.locator('fc-pair-view');
  const first = pair.locator('#first');
  const second = pair.locator('#second');
  await second.selectOption('1');
  await first.selectOption('2');
  await second.selectOption('0');
  await first.selectOption('1');
  await second.selectOption('2');
  await expect(first).toHaveValue('1');
  await expect(second).toHaveValue('2');
  const titles = await pair
    .locator('.side')
    .evaluateAll((all) => all.map((side) => side.ariaLabel));
  expect(titles).toHaveLength(2);
});

test('two chosen clusters are compared, and one of them is opened', async ({ mountComponent }) => {
  const mounted = await mountComponent('fc-app', { panel: state() });
  const { component, page } = mounted;
  const cards = component.locator('fc-cluster-card');
  await cards.nth(1).getByRole('checkbox').check();
  const compare = component.locator('fc-selection-bar #compare');
  await expect(compare).toHaveCount(0);
  await cards.nth(0).getByRole('checkbox').check();
  await compare.click();
  const pair = component.locator('fc-pair-view');
  await expect(pair.locator('#first')).toHaveValue('1');
  await expect(pair.locator('#second')).toHaveValue('0');
  await expect(component.getByRole('toolbar', { name: 'Selection' })).toHaveCount(0);
  await pair.getByRole('button', { name: /^Open/ }).first().click();
  expect((await mounted.sent()).at(-1)).toEqual(['select', { cluster: 1 }]);
  await page.evaluate((panel) => window.testPage.update({ panel }), state(1));
  await expect(component.locator('fc-cluster-view')).toBeVisible();
});

test('the menu of a card compares it, and the way back leads to the card', async ({
  mountComponent,
}) => {
  const mounted = await mountComponent('fc-app', { panel: state() });
  const { component, page } = mounted;
  const card = component.locator('fc-cluster-card').nth(1);
  await card.locator('fc-menu #button').click();
  await card.getByRole('menuitem', { name: 'Compare with…' }).click();
  await component.locator('fc-pair-view #back').click();
  await expect(card.locator('#open')).toBeFocused();

  // A bar asks for the faces of the run; a re-clustering without one of them closes the view.
  await card.locator('fc-menu #button').click();
  await card.getByRole('menuitem', { name: 'Compare with…' }).click();
  const one = clustering();
  one.clusters.pop();
  one.clusters.pop();
  const panel = panelState({ clustering: one, generation: 2 });
  await page.evaluate((next) => window.testPage.update({ panel: next }), panel);
  await expect(component.locator('fc-cluster-card')).toHaveCount(1);
  await component.locator('fc-cluster-card fc-menu #button').click();
  await component.getByRole('menuitem', { name: 'Compare with…' }).click();
  await expect(component.locator('fc-pair-view')).toHaveCount(0); // there is no other
});

test('nothing that axe-core finds, with and without pictures, also where it is narrow', async ({
  mountComponent,
}) => {
  const { component, page } = await mountComponent('fc-app', { panel: state(0) });
  const faults = () =>
    accessibilityFaults(page, ['color-contrast', 'document-title', 'html-has-lang']);
  await component.locator('fc-cluster-view #compare').click();
  await expect(component.locator('fc-pair-view .face').first()).toBeVisible();
  expect(await faults()).toEqual([]);
  await page.evaluate(() =>
    window.testPage.showPictures([
      [1, 2, 3, 4],
      [1, 2, 3, 4],
      [9, 9, 9, 9],
    ]),
  );
  await expect(component.locator('fc-pair-view .difference canvas')).toBeVisible();
  expect(await faults()).toEqual([]);
  await page.setViewportSize({ width: 400, height: 700 });
  expect(await faults()).toEqual([]);
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(width).toBeLessThanOrEqual(400);
});
