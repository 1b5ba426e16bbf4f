/** Components of the panel that have logic of their own, by mouse and keyboard. */
import { defaultSettings, expect, test } from './components';

const ATTRIBUTES = ['Smiling', 'Eyeglasses', 'Male'];

test.describe('the grid of faces', () => {
  test('requests and draws what is near, and more while nobody does anything', async ({
    mountComponent,
  }) => {
    const { page, component } = await mountComponent('fc-face-grid', {
      cluster: 0,
      size: 10_000,
      generation: 1,
    });
    await page.evaluate(() => {
      window.testPage.stayActive();
    });
    await expect(component.locator('.face').first()).toBeVisible();
    const drawn = () => component.locator('.cell').count();
    expect(await drawn()).toBeLessThan(500);
    const requested = () => page.evaluate(() => window.testPage.requested());
    expect(Math.max(...(await requested()))).toBeLessThan(700);
    await page.evaluate(() => {
      window.testPage.stayActive(false);
    });
    await expect(component.locator('[data-index="500"] .face')).toHaveCount(1);
    await page.waitForTimeout(1000);
    expect(await drawn()).toBeLessThan(1500);
    expect(Math.max(...(await requested()))).toBeLessThan(1500);
  });

  test('keeps what it has drawn until that is much', async ({ mountComponent }) => {
    const { page, component } = await mountComponent('fc-face-grid', { size: 50_000 });
    await page.evaluate(() => {
      window.testPage.stayActive();
    });
    await expect(component.locator('.face').first()).toBeVisible();
    const scroll = (by: number) =>
      page.evaluate((y) => {
        window.scrollBy(0, y);
      }, by);
    for (let i = 0; i < 5; i++) await scroll(600);
    await expect(component.locator('[data-index="0"] .face')).toHaveCount(1);
    for (let i = 0; i < 60; i++) await scroll(1000);
    await expect(component.locator('[data-index="100"]')).toHaveCount(0);
    expect(await component.locator('.cell').count()).toBeLessThan(3000);
  });

  test('does not request what is scrolled past', async ({ mountComponent }) => {
    const size = 20_000;
    const { page, component } = await mountComponent('fc-face-grid', { size, generation: 1 });
    await page.evaluate(() => {
      window.testPage.stayActive();
    });
    await expect(component.locator('.face').first()).toBeVisible();
    await page.waitForTimeout(500); // what comes near soon is there
    const middle = () => {
      const { documentElement: root } = document;
      window.scrollTo(0, root.scrollHeight / 2);
    };
    await page.evaluate(() => {
      window.testPage.hold();
    });
    // Two pages are on their way when the middle is scrolled past.
    await page.evaluate(middle);
    await page.waitForTimeout(100);
    await page.evaluate(() => {
      window.scrollTo(0, document.documentElement.scrollHeight);
    });
    await page.waitForTimeout(100);
    await page.evaluate(() => {
      window.testPage.hold(false);
    });
    await expect(component.locator(`[data-index="${String(size - 1)}"] .face`)).toBeVisible();
    const requested = await page.evaluate(() => window.testPage.requested());
    const inTheMiddle = requested.filter((start) => start > size / 4 && start < (3 * size) / 4);
    expect(inTheMiddle.length).toBeGreaterThan(0);
    expect(inTheMiddle.length).toBeLessThanOrEqual(2);
  });

  test('keeps the face with the focus when it is scrolled away', async ({ mountComponent }) => {
    const { page, component } = await mountComponent('fc-face-grid', {
      size: 10_000,
      generation: 1,
    });
    await component.locator('[data-index="0"] .face').focus();
    await page.keyboard.press('ArrowRight');
    await page.evaluate(() => {
      window.scrollTo(0, document.documentElement.scrollHeight / 2);
    });
    await expect(component.locator('[data-index="5000"] .face')).toHaveCount(1);
    await expect(component.locator('[data-index="2500"]')).toHaveCount(0);
    await expect(component.locator('[data-index="1"] .face')).toBeFocused();
    await page.keyboard.press('ArrowRight');
    await expect(component.locator('[data-index="2"] .face')).toBeFocused();
    await expect(component.locator('[data-index="2"] .face')).toBeInViewport();
  });

  test('is one stop for the Tab key, and arrow keys move within it', async ({ mountComponent }) => {
    const { page, component } = await mountComponent('fc-face-grid', {
      cluster: 0,
      size: 500,
      generation: 1,
    });
    const focused = () =>
      page.evaluate(() => {
        let element = document.activeElement;
        while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
        return element?.getAttribute('aria-label') ?? '';
      });
    await component.locator('[data-index="0"] .face').focus();
    await page.keyboard.press('ArrowRight');
    await expect.poll(focused).toContain('image-1.jpg');
    await page.keyboard.press('End');
    await expect.poll(focused).toContain('image-499.jpg');
    await page.keyboard.press('Home');
    await expect.poll(focused).toContain('image-0.jpg');
    await page.keyboard.press('ArrowLeft'); // there is nothing to the left of the first
    await expect.poll(focused).toContain('image-0.jpg');
    await expect(component.locator('.face[tabindex="0"]')).toHaveCount(1);
  });

  test('says why faces are missing, and requests them again', async ({ mountComponent }) => {
    const { page, component } = await mountComponent('fc-face-grid', {
      cluster: 0,
      size: 0,
      generation: 1,
    });
    await page.evaluate(() => {
      window.testPage.fail('the engine ended');
    });
    await page.evaluate(() => window.testPage.update({ size: 20 }));
    await expect(component.getByRole('alert')).toContainText('the engine ended');
    await page.evaluate(() => {
      window.testPage.fail('');
    });
    await component.getByRole('button', { name: 'Try again' }).click();
    await expect(component.locator('.face')).toHaveCount(20);
    await expect(component.getByRole('alert')).toHaveCount(0);
  });

  test('opens the image beside on a click with Ctrl', async ({ mountComponent }) => {
    const mounted = await mountComponent('fc-face-grid', { cluster: 0, size: 5, generation: 1 });
    await mounted.component.locator('[data-index="3"] .face').click({ modifiers: ['Control'] });
    expect(await mounted.sent()).toEqual([['open', { row: 3, beside: true }]]);
  });
});

test.describe('the weights', () => {
  test('are set once a slider rests, all together', async ({ mountComponent }) => {
    const settings = { ...defaultSettings(), attributes: ATTRIBUTES, weights: 'none' };
    const mounted = await mountComponent('fc-weights', { settings, weights: {} });
    const slider = mounted.component.getByLabel('Eyeglasses');
    await slider.focus();
    for (let i = 0; i < 10; i++) await mounted.page.keyboard.press('ArrowRight');
    // What is tried meanwhile is shown, and not kept.
    const kept = async () => (await mounted.sent()).filter(([name]) => name !== 'preview');
    expect(await kept()).toEqual([]);
    await expect.poll(kept).toHaveLength(1);
    expect(await kept()).toEqual([
      ['settings', { changes: { weights: { Smiling: 1, Eyeglasses: 1.5, Male: 1 } } }],
    ]);
    // An older state must not take the slider out of the hand.
    await mounted.update({ settings });
    await expect(slider).toHaveValue('1.5');
  });

  test('can all be made the same again', async ({ mountComponent }) => {
    const settings = { ...defaultSettings(), attributes: ATTRIBUTES, weights: { Smiling: 3 } };
    const mounted = await mountComponent('fc-weights', { settings, weights: {} });
    await expect(mounted.component.getByLabel('Smiling')).toHaveValue('3');
    await mounted.component.locator('vscode-button').click();
    expect(await mounted.sent()).toEqual([['settings', { changes: { weights: 'standardized' } }]]);
  });
});

test('the curve of auto takes the number of a point, by mouse and keyboard', async ({
  mountComponent,
}) => {
  const candidate = (clusters: number, silhouette: number) => ({
    clusters,
    silhouette,
    inertia: 100 / clusters,
    gap: null,
    gapError: null,
  });
  const curve = [candidate(2, 0.3), candidate(3, 0.7), candidate(4, 0.5)];
  const mounted = await mountComponent('fc-k-curve', { curve });
  await expect(mounted.component.locator('figure')).toHaveCount(2); // no gap statistic was computed
  const points = mounted.component.locator('figure').first().locator('circle');
  await expect(points).toHaveCount(3);
  await expect(mounted.component.locator('circle.chosen').first()).toHaveAttribute('class', /live/);
  await points.nth(2).click();
  await points.nth(0).focus();
  await mounted.page.keyboard.press('Enter');
  expect(await mounted.sent()).toEqual([
    ['settings', { changes: { clusters: 4 } }],
    ['settings', { changes: { clusters: 2 } }],
  ]);
});

test.describe('the photo dialog', () => {
  test('shows the attributes of the face whose box is clicked, and opens the image', async ({
    mountComponent,
  }) => {
    const mounted = await mountComponent('fc-photo-dialog', { names: ATTRIBUTES });
    const { component, page } = mounted;
    await component.evaluate((dialog) =>
      (dialog as HTMLElement & { show: (face: unknown) => Promise<void> }).show({
        row: 7,
        image: 'image-7.jpg',
        face: 0,
        jpeg: new Uint8Array(),
        probabilities: [0.1, 0.5, 0.9],
      }),
    );
    const boxes = component.locator('.boxes rect');
    await expect(boxes).toHaveCount(2);
    const present = component.locator('li.has .name');
    await expect(present).toHaveText(['Eyeglasses', 'Male']);
    await boxes.nth(1).focus();
    await page.keyboard.press('Enter');
    await expect(present).toHaveText(['Smiling', 'Eyeglasses']);
    await expect(boxes.nth(1)).toHaveAttribute('aria-pressed', 'true');
    await component.locator('#open').click();
    expect(await mounted.sent()).toEqual([['open', { row: 8, beside: false }]]);
    await page.keyboard.press('Escape');
    await expect(component.locator('dialog')).toBeHidden();
  });
});

test('the occurrence chart tells prominent, noisy and absent attributes apart', async ({
  mountComponent,
}) => {
  const { component } = await mountComponent('fc-occurrence-chart', {
    cluster: {
      occurrences: { Smiling: 0.9, Eyeglasses: 0.5, Male: 0.1 },
      prominent: ['Smiling'],
      noisy: ['Eyeglasses'],
    },
    overall: { Smiling: 0.5, Eyeglasses: 0.025 },
    legend: true,
  });
  const bars = component.getByRole('list', { name: 'Attribute occurrences' }).locator('li');
  await expect(bars).toHaveText([
    /Smiling\s+90 %\s+50 %\s+×1\.8/,
    /Eyeglasses\s+50 %\s+2\.5 %\s+×20/,
    /Male\s+10 %\s+0 %\s+–/, // nobody in the folder is known to have it
  ]);
  const legend = component.getByRole('list', { name: 'Legend' });
  await expect(legend).toContainText('absent: at most 25 % have it');
  await expect(legend.locator('.noisy')).toHaveAttribute('title', /^The cluster is divided/);
  await component.getByText('What these mean').click();
  await expect(component.locator('dd').nth(2)).toBeVisible();
  await expect(bars.nth(0)).toHaveClass(/prominent/);
  await expect(bars.nth(2)).toHaveClass(/absent/);
  await expect(bars.nth(1).getByRole('img')).toHaveAttribute(
    'aria-label',
    'Eyeglasses: 50 % of this cluster (noisy: divided), 2.5 % of all faces, 20 times as often',
  );
});
