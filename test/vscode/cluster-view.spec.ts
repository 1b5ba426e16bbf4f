/** A cluster in detail, and two side by side, as a person looks at them in VS Code. */
import type { Locator } from '@playwright/test';
import { expect, test } from './vscode';

/** The bytes of a canvas. */
const drawn = (canvas: Locator) =>
  canvas.evaluate((element: HTMLCanvasElement) => {
    const context = element.getContext('2d')!;
    return context.getImageData(0, 0, element.width, element.height).data.join();
  });

/** How many values the pixels of a canvas have: one until it is drawn. */
const values = async (canvas: Locator) => new Set((await drawn(canvas)).split(',')).size;

test('draws the face of a cluster along its components while a slider moves', async ({
  workbench,
}) => {
  const { page } = workbench;
  await workbench.open();
  await workbench.clusterFaces('portraits');
  const panel = await workbench.panel();
  await panel.locator('fc-cluster-card #open').first().click();
  const face = panel.locator('fc-cluster-view fc-eigenface');
  const canvas = face.locator('.mean canvas');
  await expect.poll(() => values(canvas)).toBeGreaterThan(50);
  const mean = await drawn(canvas);
  const slider = face.getByRole('slider', { name: /^Component 1, \d+ % of the variance$/ });
  await slider.focus();
  await page.keyboard.press('End');
  await expect(slider).toHaveAttribute('aria-valuetext', '+3.0 σ');
  const along = await drawn(canvas);
  expect(along).not.toBe(mean);
  await page.keyboard.press('Home');
  await expect.poll(() => drawn(canvas)).not.toBe(along);
  await face.locator('#shown').selectOption('5');
  await expect(face.getByRole('slider')).toHaveCount(5);
  await face.locator('#reset').click();
  await expect.poll(() => drawn(canvas)).toBe(mean);
});

test('orders the faces of a cluster by an attribute, and keeps their size', async ({
  workbench,
}) => {
  const { page } = workbench;
  await workbench.open();
  await workbench.clusterFaces('portraits');
  const panel = await workbench.panel();
  await panel.locator('fc-cluster-card #open').first().click();
  const view = panel.locator('fc-cluster-view');
  const captions = async () =>
    (await view.locator('.caption').allTextContents()).map((text) => Number.parseFloat(text));
  const choose = async (text: string) => {
    await view.locator('#order').click();
    await view.locator('vscode-option', { hasText: text }).click();
  };
  await expect(view.locator('fc-face-grid .face').first()).toBeVisible();
  const faces = await view.locator('fc-face-grid .face').count();
  await choose('Attribute: most probable first');
  await view.locator('#attribute').selectOption('Smiling');
  await expect(view.locator('.caption')).toHaveCount(faces);
  const probable = await captions();
  expect(probable).toEqual([...probable].sort((a, b) => b - a));
  await choose('Attribute: borderline first');
  const margin = (value: number) => Math.abs(value - 50);
  await expect.poll(captions).toEqual([...probable].sort((a, b) => margin(a) - margin(b)));

  await view.locator('#faceSize').focus();
  await page.keyboard.press('End');
  const widthOf = async () =>
    (await view.locator('fc-face-grid .face').first().boundingBox())?.width;
  await expect.poll(widthOf).toBe(220);
  // Another cluster has the size as well.
  await view.locator('vscode-button', { hasText: 'Next' }).click();
  await expect.poll(widthOf).toBe(220);
});

test('compares two clusters, and goes back to where it was asked for', async ({ workbench }) => {
  const { page } = workbench;
  const { panel, cards } = await workbench.clusterPortraits();
  await cards.nth(2).locator('fc-menu #button').click();
  await cards.nth(2).getByRole('menuitem', { name: 'Compare with…' }).click();
  const pair = panel.locator('fc-pair-view');
  await expect(pair.locator('#first')).toHaveValue('2');
  await pair.locator('#second').selectOption('0');
  await expect(pair.getByRole('status')).toContainText(/^Their centers are \d\.\d\d apart\./);
  await expect(pair.locator('.side').last().locator('.face').first()).toBeVisible();
  const points = await pair
    .locator('fc-difference-chart')
    .first()
    .locator('li')
    .evaluateAll((all) =>
      all.map((row) =>
        Math.abs(Number(row.querySelector('.value:last-child')!.textContent.replace('−', '-'))),
      ),
    );
  expect(points).toEqual([...points].sort((a, b) => b - a));
  const canvas = pair.locator('.difference canvas');
  await expect(canvas).toBeVisible();
  await expect.poll(() => values(canvas)).toBeGreaterThan(50);
  await page.keyboard.press('Escape');
  await expect(cards.nth(2).locator('#open')).toBeFocused();
});
