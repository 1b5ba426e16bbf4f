/** A cluster in detail: its face along the components, and the orders and size of its faces. */
import type { Locator } from '@playwright/test';
import { expect, test } from './components';
import { panelState } from './panel-states';

/** Gray levels of a canvas. */
const graysOf = (canvas: Locator) =>
  canvas.evaluate((element: HTMLCanvasElement) => {
    const { data } = element.getContext('2d')!.getImageData(0, 0, element.width, element.height);
    return Array.from(data.filter((_, i) => i % 4 === 0));
  });

test.describe('the face of a cluster', () => {
  test('changes along its components while a slider moves, by keyboard too', async ({
    mountComponent,
  }) => {
    const mounted = await mountComponent('fc-app', { panel: panelState({ selected: 0 }) });
    const { component, page } = mounted;
    await page.evaluate(() => window.testPage.showPictures([[100, 100, 100, 250]]));
    const face = component.locator('fc-eigenface');
    const drawn = face.locator('.mean canvas');
    await expect(drawn).toHaveAttribute('aria-label', 'Mean face of the cluster');
    expect(await graysOf(drawn)).toEqual([100, 100, 100, 250]);
    const sliders = face.getByRole('slider');
    await expect(sliders).toHaveCount(3);
    await expect(face.getByText('Together 70 % of the variance')).toBeVisible();

    const second = face.getByRole('slider', { name: 'Component 2, 24 % of the variance' });
    await second.focus();
    for (let i = 0; i < 15; i++) await page.keyboard.press('ArrowRight');
    await expect(second).toHaveAttribute('aria-valuetext', '+1.5 σ');
    // 1.5 times a hundred steps of half a gray level, at the second pixel.
    expect(await graysOf(drawn)).toEqual([100, 175, 100, 250]);
    await expect(drawn).toHaveAttribute(
      'aria-label',
      'Mean face of the cluster, component 2 at +1.5 σ',
    );
    await face.getByRole('slider', { name: 'Component 1, 40 %' }).focus();
    await page.keyboard.press('Home');
    expect(await graysOf(drawn)).toEqual([0, 175, 100, 250]); // −3 σ, not below black

    await face.locator('#shown').selectOption('1');
    await expect(sliders).toHaveCount(1);
    expect(await graysOf(drawn)).toEqual([0, 100, 100, 250]);
    await face.locator('#shown').selectOption('4');
    await expect(sliders).toHaveCount(4);
    await face.getByRole('slider', { name: 'Component 4' }).fill('2');
    expect(await graysOf(drawn)).toEqual([0, 100, 100, 255]);
    await face.locator('#reset').click();
    expect(await graysOf(drawn)).toEqual([100, 100, 100, 250]);
    await expect(sliders.first()).toHaveValue('0');
    // All that from one message.
    const asked = (await mounted.sent()).filter(([name]) => name === 'faceComponents');
    expect(asked).toEqual([['faceComponents', 0]]);
  });

  test('stays, with its components as pictures, where these cannot be had', async ({
    mountComponent,
  }) => {
    const { component, page } = await mountComponent('fc-app', { panel: panelState() });
    await page.evaluate(() => {
      window.testPage.fail('the engine ended');
    });
    await page.evaluate((panel) => window.testPage.update({ panel }), panelState({ selected: 0 }));
    await page.evaluate(() => window.testPage.showPictures([[100, 100, 100, 200]]));
    const face = component.locator('fc-eigenface');
    await expect(face.locator('figure img')).toHaveCount(2);
    await expect(face).toContainText('cannot be changed along its components: the engine ended');
    await expect(face.getByRole('slider')).toHaveCount(0);
  });
});

test.describe('the faces of a cluster', () => {
  test('are ordered by an attribute, whose probability is on each', async ({ mountComponent }) => {
    const mounted = await mountComponent('fc-app', { panel: panelState({ selected: 0 }) });
    const { component, page } = mounted;
    const view = component.locator('fc-cluster-view');
    const faces = view.locator('fc-face-grid');
    await expect(faces.locator('.caption')).toHaveCount(0);
    const choose = async (text: string) => {
      await view.locator('#order').click();
      await view.locator('vscode-option', { hasText: text }).click();
    };
    await choose('Attribute: most probable first');
    // The attribute that sets the cluster apart most.
    await expect(view.locator('#attribute')).toHaveValue('Eyeglasses');
    await expect(faces.locator('.caption').nth(2)).toHaveText('30 %');
    await expect(faces.locator('.face').nth(2)).toHaveAttribute('aria-label', /, 30 %/);
    await expect(faces.getByRole('group')).toHaveAttribute(
      'aria-label',
      'Faces of the cluster, by the probability of Eyeglasses',
    );
    await choose('Attribute: borderline first');
    await view.locator('#attribute').selectOption('Male');
    await expect(faces.locator('.caption').nth(2)).toHaveText('40 %');
    await choose('Most typical first');
    await expect(faces.locator('.caption')).toHaveCount(0);
    await expect(view.locator('#attribute')).toHaveCount(0);
    await page.waitForTimeout(100);
    const asked = (await mounted.sent()).filter(([name]) => name === 'faces');
    expect([...new Set(asked.map(([, params]) => String(params)))]).toEqual([
      'probable,Eyeglasses',
      'borderline,Eyeglasses',
      'borderline,Male',
    ]);
  });

  test('have a size, which is kept', async ({ mountComponent }) => {
    const mounted = await mountComponent('fc-app', { panel: panelState({ selected: 0 }) });
    const { component, page } = mounted;
    const view = component.locator('fc-cluster-view');
    const widthOf = async () =>
      (await view.locator('fc-face-grid .face').first().boundingBox())?.width;
    await expect.poll(widthOf).toBe(120); // as it was kept
    const slider = view.getByRole('slider', { name: 'Size of the faces' });
    await slider.focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('End');
    await expect.poll(widthOf).toBe(220);
    await expect(slider).toHaveAttribute('aria-valuetext', '220 pixels');
    const kept = (await mounted.sent()).filter(([name]) => name === 'keepFaceWidth');
    expect(kept.map(([, width]) => width)).toEqual([130, 220]);
    // The arrow keys go down a row of the columns there are now.
    const cells = view.locator('fc-face-grid .cell');
    const tops = await cells.evaluateAll((all) =>
      all.map((cell) => cell.getBoundingClientRect().top),
    );
    const columns = tops.filter((top) => top === tops[0]).length;
    await view.locator('fc-face-grid .face').first().focus();
    await page.keyboard.press('ArrowDown');
    await expect(view.locator(`[data-index="${columns}"] .face`)).toBeFocused();
  });
});
