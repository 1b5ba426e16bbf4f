/** The parts of the view of a data set, by mouse and keyboard. */
import type { DatasetSummary } from '../../src/domain/dataset';
import { expect, test } from './components';

const summary = (changes: Partial<DatasetSummary> = {}): DatasetSummary => ({
  kind: 'CelebA',
  labels: '/data/list_attr_celeba.txt',
  images: '/data/img_align_celeba',
  rows: 100,
  used: 90,
  zeroRows: 10,
  missing: 10,
  partitions: { train: 80, test: 10 },
  attributes: [
    { index: 31, name: 'Smiling', frequency: 0.5, labeled: 90 },
    { index: 15, name: 'Eyeglasses', frequency: 0.1, labeled: 80 },
  ],
  groups: [],
  notices: [],
  allAttributes: ['Blurry', 'Eyeglasses', 'Smiling'],
  correlation: [1, -0.2, -0.2, 1],
  together: [0.5, 0.05, 0.05, 0.1],
  ...changes,
});

test('the attributes of a data set are chosen, and one of them stays', async ({
  mountComponent,
}) => {
  const options = { attributes: [], drop: [], dropZero: 0, seed: 1 };
  const mounted = await mountComponent('fc-dataset-attributes', { summary: summary(), options });
  const { component } = mounted;
  await component.getByRole('checkbox', { name: /Blurry/ }).check();
  await component.getByRole('checkbox', { name: /Smiling/ }).uncheck();
  await component.getByRole('button', { name: 'All 3' }).click();
  await component.getByRole('button', { name: 'rare attributes count more' }).click();
  expect(await mounted.sent()).toEqual([
    ['options', { attributes: ['Blurry', 'Eyeglasses', 'Smiling'], dropZero: 0 }],
    ['options', { attributes: ['Eyeglasses'], dropZero: 0 }],
    ['options', { attributes: ['Blurry', 'Eyeglasses', 'Smiling'], dropZero: 0 }],
    ['weights', { by: 'rare' }],
  ]);
  const [only] = summary().attributes;
  await mounted.update({ summary: summary({ attributes: [only!] }) });
  await expect(component.getByRole('checkbox', { name: /Smiling/ })).toBeDisabled();
});

test('the boxes are those of their attributes after one was left out', async ({
  mountComponent,
}) => {
  const options = { attributes: [], drop: [], dropZero: 0, seed: 1 };
  const all = summary({ allAttributes: ['Eyeglasses', 'Smiling'] });
  const mounted = await mountComponent('fc-dataset-attributes', { summary: all, options });
  const { component } = mounted;
  const box = (name: RegExp) => component.getByRole('checkbox', { name });
  await box(/Smiling/).uncheck();
  await mounted.update({ summary: { ...all, attributes: [all.attributes[1]!] } });
  await expect(box(/Eyeglasses/)).toBeChecked();
  await expect(box(/Smiling/)).not.toBeChecked();
  // The host refused: the box says what is.
  await box(/Smiling/).check();
  await mounted.update({ summary: { ...all, attributes: [all.attributes[1]!] } });
  await expect(box(/Smiling/)).not.toBeChecked();
});

test('a choice that other labels do not have is given up', async ({ mountComponent }) => {
  const mounted = await mountComponent('fc-dataset-samples', { summary: summary() });
  const { component } = mounted;
  await component.getByRole('combobox', { name: 'Partition' }).click();
  await component.getByRole('option', { name: 'test' }).click();
  const last = async () => (await mounted.sent()).at(-1);
  const anything = { partition: null, attribute: null, again: false };
  await expect.poll(last).toEqual(['samples', { ...anything, partition: 'test' }]);
  await mounted.update({ summary: summary({ partitions: {} }) });
  await expect.poll(last).toEqual(['samples', anything]);
});

test('samples are those of the last request, in whatever order the answers come', async ({
  mountComponent,
}) => {
  const { component, page } = await mountComponent('fc-dataset-samples', { summary: summary() });
  const answer = (request: number, image: string) =>
    page.evaluate(
      ([at, name]) => {
        window.testPage.answerSamples(at, [name]);
      },
      [request, image] as const,
    );
  await component.getByText('Draw Again').click();
  await answer(1, 'second.jpg');
  await expect(component.locator('.tiles .name')).toHaveText(['second.jpg']);
  await answer(0, 'first.jpg');
  await page.waitForTimeout(100);
  await expect(component.locator('.tiles .name')).toHaveText(['second.jpg']);
});

test('label errors are looked for among as many images as there are', async ({
  mountComponent,
}) => {
  const mounted = await mountComponent('fc-dataset-label-errors', { summary: summary() });
  const { component } = mounted;
  const field = component.locator('vscode-text-field input');
  const start = component.getByText('Look for Label Errors');
  for (const text of ['0', '81', '2.5', 'all', '']) {
    await field.fill(text);
    await start.click();
    await expect(component.getByRole('alert')).toHaveText(
      `expected a number from 1 to 80, got "${text}"`,
    );
  }
  await field.fill('80');
  await start.click();
  await expect(component.getByRole('alert')).toHaveCount(0);
  expect(await mounted.sent()).toEqual([['labelErrors', { images: 80 }]]);
});

test('label errors of which the model is less sure are listed on request', async ({
  mountComponent,
}) => {
  const error = (row: number, label: number, probability: number) => ({
    ...{ row, image: `${row}.jpg`, attribute: 'Smiling', label, probability, jpeg: null },
  });
  const { component } = await mountComponent('fc-dataset-label-errors', {
    summary: summary(),
    labelErrors: {
      ...{ faces: 80, skipped: 0, notices: [] },
      attributes: [{ name: 'Smiling', wrong: 3, labeled: 80, share: 3 / 80 }],
      surest: [error(1, 1, 0.02), error(2, 0, 0.93), error(3, 0, 0.55)],
    },
  });
  await expect(component.locator('.tiles .name')).toHaveText(['1.jpg', '2.jpg']);
  await component.getByRole('button', { name: 'Show 1 of which it is less sure' }).click();
  await expect(component.locator('.tiles .name')).toHaveText(['1.jpg', '2.jpg', '3.jpg']);
});

test('the strongest pairs of attributes follow the measure', async ({ mountComponent }) => {
  const { component, page } = await mountComponent('fc-dataset-correlation', {
    summary: summary(),
  });
  await expect(component.locator('td')).toHaveText(['-0.200']);
  await expect(component.locator('rect')).toHaveCount(4);
  await component.locator('vscode-dropdown').focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(component.locator('td')).toHaveText(['5.0 %']);
});
