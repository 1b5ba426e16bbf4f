/** The cards of the overview: their faces, and when these are there. */
import { expect, test } from './components';
import { clusteringState, panelState } from './panel-states';

const { clusters } = clusteringState();
const many = clusteringState({
  clusters: Array.from({ length: 120 }, (_, id) => ({ ...clusters[0]!, id })),
});

test('cards far away get their faces when they come near, or while nobody does anything', async ({
  mountComponent,
}) => {
  const mounted = await mountComponent('fc-overview', {
    clustering: many,
    generation: 1,
    names: [],
  });
  await mounted.page.evaluate(() => {
    window.testPage.stayActive();
  });
  const cards = mounted.component.locator('fc-cluster-card');
  await expect(cards).toHaveCount(120);
  await expect(cards.first().locator('.face')).toHaveCount(24);
  await expect(cards.last().locator('.face')).toHaveCount(0);
  const asked = () => mounted.page.evaluate(() => window.testPage.requestedCards());
  expect((await asked()).length).toBeLessThan(40);
  await cards.last().scrollIntoViewIfNeeded();
  await expect(cards.last().locator('.face')).toHaveCount(24);
  expect(await asked()).toContain(119);
  expect(await asked()).not.toContain(60);
  await mounted.page.evaluate(() => {
    window.testPage.stayActive(false);
  });
  await expect(cards.nth(60).locator('.face')).toHaveCount(24);
  await expect.poll(async () => new Set(await asked()).size).toBe(120);
  expect(await asked(), 'each once').toHaveLength(120);
});

test('the faces of a card are parts of one picture', async ({ mountComponent }) => {
  const { component, page } = await mountComponent('fc-app', { panel: panelState() });
  const faces = component.locator('fc-cluster-card').first().locator('.face');
  await expect(faces).toHaveCount(24);
  await expect(faces.locator('img')).toHaveCount(0);
  // Each shows its own part: the level of red tells the column, that of green the row.
  await page.evaluate(() => {
    document.documentElement.style.setProperty('--vscode-editorWidget-background', 'blue');
  });
  for (const [at, [column, row]] of [
    [0, [0, 0]],
    [7, [7, 0]],
    [8, [0, 1]],
    [21, [5, 2]],
  ] as const) {
    const png = await faces.nth(at).screenshot();
    const [red, green] = await page.evaluate(
      (bytes) => window.testPage.middleOf(bytes),
      Array.from(png),
    );
    expect(Math.abs(red! - 30 * column), `column of face ${String(at)}`).toBeLessThan(12);
    expect(Math.abs(green! - 80 * row), `row of face ${String(at)}`).toBeLessThan(12);
  }
});

test('a face of a card shows its photo, whose dialog requests the picture', async ({
  mountComponent,
}) => {
  const { component } = await mountComponent('fc-app', { panel: panelState() });
  const card = component.locator('fc-cluster-card').first();
  await card.getByRole('button', { name: 'image-3.jpg: show the photo' }).click();
  const dialog = component.getByRole('dialog', { name: 'Photo of the face' });
  await expect(dialog.getByAltText('The photo')).toBeVisible();
  await expect(dialog.getByAltText('The face as the network sees it')).toHaveAttribute(
    'src',
    /^data:image\/jpeg/,
  );
  await dialog.getByRole('button', { name: 'Next face' }).click();
  await expect(dialog.getByRole('heading', { name: 'image-4.jpg' })).toBeVisible();
});

test('a card that is scrolled past before its turn shows no faces of an earlier clustering', async ({
  mountComponent,
}) => {
  const { component, page } = await mountComponent('fc-overview', {
    clustering: many,
    generation: 1,
    names: [],
  });
  const cards = component.locator('fc-cluster-card');
  await expect(cards.first().locator('.face')).toHaveCount(24);
  await page.evaluate(() => {
    window.testPage.hold();
  });
  await component.evaluate((overview) => Object.assign(overview, { generation: 2 }));
  await page.waitForTimeout(200); // all cards near wait for their turn now
  await cards.last().scrollIntoViewIfNeeded();
  await page.evaluate(() => {
    window.testPage.hold(false);
  });
  await expect(cards.last().locator('.face')).toHaveCount(24);
  const asked = () =>
    page.evaluate(() => window.testPage.requestedCards().filter((id) => id === 5).length);
  const before = await asked();
  await cards.nth(5).scrollIntoViewIfNeeded();
  await expect.poll(asked, 'its faces are requested anew').toBeGreaterThan(before);
  await expect(cards.nth(5).locator('.face')).toHaveCount(24);
});
