/**
 * A folder of labeled faces explored in VS Code: its figures, charts and faces, and labels the
 * model contradicts.
 */
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PbfWriter } from 'pbf';
import { textContrast } from './pictures';
import { THEMES } from './themes';
import { expect, test, type Workbench } from './vscode';

/** The portraits labelled by their folders, one of them wrongly. @returns the path of that one. */
async function labelled(workbench: Workbench): Promise<string> {
  const folder = join(workbench.folder, 'portraits');
  const images = (await readdir(folder, { recursive: true }))
    .filter((name) => name.endsWith('.jpg'))
    .sort();
  const wrong = images.filter((name) => name.startsWith('female'))[4]!;
  const rows = images.map((name, i) => {
    const male = name.startsWith('male') !== (name === wrong);
    return [name, i % 3 === 0 ? 'test' : 'train', male ? 1 : 0, male ? 0 : 1, i === 0 ? 1 : 0].join(
      ',',
    );
  });
  const missing = 'female/none.jpg,train,0,0,0';
  await writeFile(
    join(folder, 'labels.csv'),
    ['image,split,Male,Wearing_Lipstick,Wearing_Hat', ...rows, missing, ''].join('\n'),
  );
  return wrong;
}

test('shows what a data set holds, its faces and its likely label errors', async ({
  workbench,
}) => {
  const wrong = await labelled(workbench);
  await workbench.open();
  await workbench.fromMenu('Explore Dataset', 'portraits');
  const view = await workbench.panel('fc-dataset');
  const facts = view.locator('fc-dataset .facts');
  await expect(facts).toContainText('73 rows');
  await expect(facts).toContainText('train: 49');
  await expect(facts).toContainText('test: 24');
  await expect(facts).toContainText('1 image missing');
  await expect(facts).toContainText('1 row without any of the attributes');

  const attributes = view.locator('fc-dataset-attributes li');
  await expect(attributes).toHaveCount(3);
  await expect(view.locator('fc-dataset-correlation rect')).toHaveCount(9);
  const samples = view.locator('fc-dataset-samples .tiles li');
  await expect(samples).toHaveCount(24);
  await workbench.page.screenshot({ path: 'test-results/dataset.png' });

  // Others at a click.
  const names = () => view.locator('fc-dataset-samples .name').allInnerTexts();
  const before = await names();
  await view.getByRole('button', { name: 'Draw Again' }).click();
  await expect.poll(names).not.toEqual(before);

  // An attribute is left out, and rows that have none of the others.
  await attributes.filter({ hasText: 'Wearing Hat' }).getByRole('checkbox').uncheck();
  await expect(view.locator('fc-dataset-correlation rect')).toHaveCount(4);
  await expect(attributes.filter({ hasText: 'Wearing Hat' })).toContainText('left out');

  await view.getByRole('button', { name: 'Look for Label Errors' }).click();
  const labelErrors = view.locator('fc-dataset-label-errors');
  await expect(labelErrors.getByRole('status')).toContainText(/7\d faces\s+compared/);
  const tile = labelErrors.locator('.tiles li', { hasText: wrong });
  await expect(
    tile
      .filter({ hasText: 'not Wearing Lipstick' })
      .or(tile.filter({ hasText: 'Male' }))
      .first(),
  ).toBeVisible();
  await labelErrors.scrollIntoViewIfNeeded();
  await workbench.page.screenshot({ path: 'test-results/dataset-label-errors.png' });

  // Its frequencies set the weights of clustering, which can be undone.
  await view.getByRole('button', { name: 'rare attributes count more' }).click();
  await expect(
    workbench.notification(/Rare attributes of 'portraits' now count most/),
  ).toBeVisible();
  expect((await workbench.readSettings())['faceClusters.weights']).toHaveProperty('Male');
  await workbench
    .notification(/Rare attributes/)
    .getByRole('button', { name: 'Undo' })
    .click();
  await expect
    .poll(async () => (await workbench.readSettings())['faceClusters.weights'])
    .toBeUndefined();
});

test('without labels says what is expected, with a way out', async ({ workbench }) => {
  const folder = join(workbench.folder, 'portraits');
  await rm(join(folder, 'male'), { recursive: true }); // two folders would be two classes
  await writeFile(join(folder, 'notes.txt'), ''); // else the explorer joins the folders' rows
  await workbench.open();
  await workbench.fromMenu('Explore Dataset', 'portraits');
  const view = await workbench.panel('fc-dataset');
  await expect(view.getByRole('alert')).toContainText("no labels in '");
  await labelled(workbench);
  await view.getByRole('button', { name: 'Try Again' }).click();
  await expect(view.locator('fc-dataset .facts')).toContainText(
    `${(await readdir(join(folder, 'female'))).length + 1} rows`,
  );
});

test('a network file in the workspace describes faces at a click, under its own names, until that is undone', async ({
  workbench,
}) => {
  // The bundled network with names of its own: metadata may be added at the end of the file.
  const writer = new PbfWriter();
  const names = Array.from({ length: 40 }, (_, i) => `Trait_${i}`);
  writer.writeMessage(14, (value: string, message) => {
    message.writeStringField(1, 'face_clusters.attributes');
    message.writeStringField(2, value);
  }, JSON.stringify(names)); // prettier-ignore
  const bundled = await readFile(
    fileURLToPath(new URL('../../weights/face-attributes.int8.onnx', import.meta.url)),
  );
  await writeFile(join(workbench.folder, 'own.onnx'), Buffer.concat([bundled, writer.finish()]));
  await workbench.open();
  await workbench.fromMenu('Use as Attribute Model', 'own.onnx');
  const told = workbench.notification(
    /'own\.onnx' is the attribute model now: 40 attributes, crops of 160×192 pixels/,
  );
  await expect(told).toBeVisible();
  expect((await workbench.readSettings())['faceClusters.model']).toBe('own.onnx');
  await workbench.clusterFaces('portraits');
  const panel = await workbench.panel();
  await expect(panel.locator('fc-cluster-card').first()).toContainText(/Trait \d+/);
  await expect(panel.locator('fc-notices')).toContainText('compared by all attributes there are');
  await workbench.page.screenshot({ path: 'test-results/own-model.png' });
});

for (const { name, readable } of THEMES) {
  test(`in ${name} a data set is readable`, async ({ workbench }) => {
    await labelled(workbench);
    await workbench.settings({ 'workbench.colorTheme': name });
    await workbench.open();
    await workbench.fromMenu('Explore Dataset', 'portraits');
    const view = await workbench.panel('fc-dataset');
    await expect(view.locator('fc-dataset-samples .tiles img').first()).toBeVisible();
    await workbench.page.screenshot({ path: `test-results/themes/${name} dataset.png` });
    for (const piece of [
      'h1',
      '.facts',
      'fc-dataset-attributes .name',
      'fc-dataset-attributes .value',
      'fc-dataset-samples .name',
      'vscode-button',
    ]) {
      const { ratio } = await textContrast(await view.locator(piece).first().screenshot());
      expect(ratio, `contrast of ${piece}`).toBeGreaterThanOrEqual(readable);
    }
  });
}
