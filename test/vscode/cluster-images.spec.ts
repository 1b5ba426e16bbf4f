import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from './vscode';

test('orders the faces of a cluster, and copies its images from the panel and the side panel', async ({
  workbench,
}) => {
  const { page } = workbench;
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await workbench.open();
  await workbench.clusterFaces('portraits');
  const panel = await workbench.panel();
  const name = await panel.locator('fc-cluster-card').first().locator('#open').innerText();
  await panel.locator('fc-cluster-card').first().locator('#open').click();
  const view = panel.locator('fc-cluster-view');
  const faces = view.locator('fc-face-grid .face');
  await expect(faces.first()).toBeVisible();
  const titles = () => faces.evaluateAll((all) => all.map((face) => face.getAttribute('title')));
  const typical = await titles();
  expect(typical.length).toBeGreaterThan(2);

  await view.locator('#order').click();
  await view.locator('vscode-option', { hasText: 'Least typical first' }).click();
  await expect.poll(titles).toEqual([...typical].reverse());
  await view.locator('#order').click();
  await view.locator('vscode-option', { hasText: 'Lowest silhouette first' }).click();
  await expect(view.locator('fc-face-grid [role=group]')).toHaveAttribute(
    'aria-label',
    /nearest to another cluster first/,
  );
  await expect.poll(async () => (await titles()).sort()).toEqual([...typical].sort());

  await view.locator('#copyPaths').click();
  const paths = typical.map((name) => `${join(workbench.folder, 'portraits', name!)}\n`).join('');
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(paths);

  const target = join(workbench.folder, 'copies');
  await mkdir(target);
  await view.locator('#copyImages').click();
  await workbench.pick('Copies');
  await workbench.pick('Choose a folder…');
  await workbench.chooseFolder(target, 'Copy Here');
  await expect(
    workbench.notification(`${typical.length} images of “${name}” copied to '${target}'`),
  ).toBeVisible();
  expect(await readdir(target)).toHaveLength(typical.length);

  await workbench.sidePanel();
  await workbench.treeRow(/faces · 0$/).click({ button: 'right' });
  await page.locator('.monaco-menu').waitFor();
  await workbench.chooseFromMenu('Copy Images to Folder…');
  await workbench.pick('Copies');
  await workbench.pick('Choose a folder…');
  await workbench.chooseFolder(target, 'Copy Here');
  await expect(workbench.notification(`${typical.length} were there already`)).toBeVisible();
  expect(await readdir(target)).toHaveLength(typical.length);

  await workbench.treeRow('portraits').click({ button: 'right' });
  await page.locator('.monaco-menu').waitFor();
  await workbench.chooseFromMenu('Copy Images of All Clusters to Folders…');
  await workbench.pick('Hard links');
  await workbench.pick('“portraits – clusters”');
  await expect(workbench.notification('images of all clusters linked in')).toBeVisible();
  const folders = await readdir(join(workbench.folder, 'portraits – clusters'));
  expect(folders).toContain(name);
  expect(await readdir(join(workbench.folder, 'portraits – clusters', name))).toHaveLength(
    typical.length,
  );
});

test('writes names and tags as side-cars, and beside the photos only when told twice', async ({
  workbench,
}) => {
  await workbench.open();
  await workbench.clusterFaces('portraits');
  const panel = await workbench.panel();
  await panel.locator('fc-cluster-card').first().waitFor();
  const photos = join(workbench.folder, 'portraits');
  const filesIn = async (folder: string) =>
    (await readdir(folder, { recursive: true })).filter((name) => /\.\w+$/.test(name)).sort();
  const before = await filesIn(photos);
  const start = async () => {
    await workbench.sidePanel();
    await workbench.treeRow('portraits').first().click({ button: 'right' });
    await workbench.page.locator('.monaco-menu').waitFor();
    await workbench.chooseFromMenu('Write Names and Tags (XMP)…');
    await workbench.pick('photo.xmp');
  };
  await start();
  await workbench.pick('“portraits – XMP”');
  await expect(workbench.notification(/\d+ XMP side-cars written/)).toBeVisible();
  const written = await filesIn(join(workbench.folder, 'portraits – XMP'));
  expect(written.length).toBeGreaterThan(10);
  expect(written.every((name) => name.endsWith('.xmp'))).toBe(true);
  expect(await filesIn(photos)).toEqual(before);

  await start();
  await workbench.pick('Beside each photo');
  await workbench.page.getByRole('button', { name: 'Write Beside the Photos' }).click();
  await expect.poll(() => filesIn(photos)).toEqual([...before, ...written].sort());
});

test('exports everything into a new folder from the title of the panel', async ({ workbench }) => {
  await workbench.open();
  await workbench.clusterFaces('portraits');
  const panel = await workbench.panel();
  const target = join(workbench.folder, 'exports');
  await mkdir(target);
  await panel.locator('fc-cluster-card').first().waitFor();
  await workbench.titleAction('Export Results…').click();
  await workbench.chooseFolder(target, 'Export Here');
  await expect(workbench.notification(`Exported to '${target}`)).toBeVisible();
  const [name] = await readdir(target);
  const files = await readdir(join(target, name!));
  expect(files.sort()).toEqual([
    '.face-clusters.json',
    'clusters',
    'clusters.json',
    'explore.ipynb',
    'faces.csv',
    'failed.csv',
    'report.html',
    'without-face.csv',
  ]);
  expect(await readdir(join(target, name!, 'clusters'))).toHaveLength(16);
});
