import { existsSync } from 'node:fs';
import { readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ZipFile } from 'yazl';
import { variety } from './pictures';
import { expect, test } from './vscode';

test('clusters a folder from its context menu, and opens the image of a face', async ({
  workbench,
}) => {
  await workbench.open();
  await workbench.clusterFaces('portraits');
  const panel = await workbench.panel();
  await expect(panel.locator('h1')).toHaveText('portraits');
  await expect(panel.locator('fc-toolbar .figures')).toContainText('71 faces in 72 images');
  await expect(panel.locator('fc-toolbar .figures')).toContainText('16 clusters (K-Means)');
  const cards = panel.locator('fc-cluster-card');
  await expect(cards).toHaveCount(16);
  // The bars that set it apart say so in words, and more than six cards are whole on screen.
  await expect(cards.first().locator('fc-difference-chart li')).toHaveCount(4);
  await expect(cards.first().locator('fc-difference-chart button').first()).toHaveAttribute(
    'title',
    /% of this cluster, \d.*% of all faces/,
  );
  const whole = await cards.evaluateAll(
    (all) => all.filter((card) => card.getBoundingClientRect().bottom <= innerHeight).length,
  );
  expect(whole).toBeGreaterThanOrEqual(6);
  // The pictures are loaded.
  const eigenface = cards.first().locator('.eigenface img');
  await expect(eigenface).toBeVisible();
  await expect
    .poll(() => eigenface.evaluate((image: HTMLImageElement) => image.naturalWidth))
    .toBe(160);
  const face = cards.first().locator('.faces .face').first();
  await expect
    .poll(() => face.evaluate((button) => getComputedStyle(button).backgroundImage))
    .toContain('data:image/jpeg');
  expect(await variety(await face.screenshot())).toBeGreaterThan(15);

  // A click shows the photo with the face marked; from there the image is opened.
  await face.click();
  const dialog = panel.locator('fc-photo-dialog dialog');
  await expect(dialog.locator('rect.marked')).toHaveCount(1);
  await expect(dialog.locator('fc-face-attributes .groups li')).toHaveCount(40);
  expect(await variety(await dialog.locator('.photo').screenshot())).toBeGreaterThan(15);
  await dialog.locator('#open').click();
  await expect(workbench.page.locator('.tab.active')).toContainText(/\d+\.jpg/);
});

test('opens a cluster with the mouse, the keyboard and the side panel', async ({ workbench }) => {
  const { page } = workbench;
  await workbench.open();
  await workbench.clusterFaces('portraits');
  const panel = await workbench.panel();
  const name = await panel.locator('fc-cluster-card').nth(1).locator('#open').innerText();
  await panel.locator('fc-cluster-card').nth(1).locator('#open').click();
  const view = panel.locator('fc-cluster-view');
  await expect(view.locator('h2')).toHaveText(name);
  // The chart of all its attributes is sorted and describes its colors in words.
  const values = await view.locator('fc-occurrence-chart .value').allTextContents();
  const shares = values.slice(0, 10).map((value) => Number.parseFloat(value));
  expect(shares).toEqual([...shares].sort((a, b) => b - a));
  await expect(view.locator('fc-occurrence-chart svg').first()).toHaveAttribute(
    'aria-label',
    /% of this cluster \(prominent: almost all have it\), \d.*% of all faces, \d.* times as often/,
  );
  await expect(view.locator('figure.mean canvas')).toBeVisible();
  await expect(view.locator('fc-eigenface').getByRole('slider')).toHaveCount(3);
  const faces = view.locator('fc-face-grid .face');
  await expect(faces.first()).toBeVisible();
  expect(await variety(await view.locator('figure.mean canvas').screenshot())).toBeGreaterThan(8);

  // Arrow keys move among the faces; Enter opens one beside nothing else.
  await faces.first().focus();
  await page.keyboard.press('ArrowRight');
  await expect(faces.nth(1)).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(panel.locator('fc-cluster-card').nth(1).locator('#open')).toBeFocused();

  await workbench.sidePanel();
  await expect(workbench.treeRow(/portraits.*71 faces, 16 clusters/)).toBeVisible();
  const row = workbench.treeRow(/faces · 3/);
  const third = await row.locator('.label-name').innerText();
  await row.click();
  await expect(panel.locator('fc-cluster-view h2')).toHaveText(third);
});

test('clusters again without an analysis when settings change, and undoes changes', async ({
  workbench,
}) => {
  const { panel } = await workbench.clusterPortraits();
  // Without the photos nothing can be inferred again.
  await rm(join(workbench.folder, 'portraits'), { recursive: true });

  const clusters = panel.locator('#clusters input');
  await clusters.fill('5');
  await clusters.press('Enter');
  await expect(panel.locator('fc-cluster-card')).toHaveCount(5);
  await expect(panel.locator('fc-notices')).toContainText(
    'Changed clusters from 16 to 5, for this folder alone',
  );
  await panel.locator('fc-notices button', { hasText: 'Undo' }).click();
  await expect(panel.locator('fc-cluster-card')).toHaveCount(16);

  await panel.locator('#tune').click();
  await panel.locator('#thresholds').click();
  await panel.locator('#thresholds vscode-option', { hasText: 'balanced' }).click();
  await expect(panel.locator('fc-notices')).toContainText(
    'Changed thresholds from half to balanced',
  );
  await expect(panel.locator('#tune')).toContainText('Tune (1 own)');
  await panel.locator('fc-notices button', { hasText: 'Undo' }).click();
  await expect(panel.locator('#tune')).not.toContainText('own');
  expect(existsSync(join(workbench.folder, '.vscode', 'settings.json'))).toBe(false);

  await workbench.settings({ 'faceClusters.clusters': 'auto', 'faceClusters.autoTo': 6 });
  await expect(panel.locator('fc-cluster-card').nth(1)).toBeVisible();
  await expect.poll(() => panel.locator('fc-cluster-card').count()).toBeLessThanOrEqual(6);

  // An invalid value is replaced by the default, with a notice.
  await workbench.settings({ 'faceClusters.clusters': 0 });
  await expect(panel.locator('fc-notices')).toContainText(
    'faceClusters.clusters is 0: expected a whole number from 1 to 1000, or "auto"',
  );
  await expect(panel.locator('fc-cluster-card')).toHaveCount(16);

  // Settings of the analysis take effect with a refresh.
  await workbench.settings({ 'faceClusters.clusters': 4, 'faceClusters.limit': 10 });
  await expect(panel.locator('fc-notices')).toContainText('analyzed with other settings (limit)');
  await expect(panel.locator('fc-cluster-card')).toHaveCount(4);

  await clusters.fill('many');
  await clusters.press('Enter');
  await expect(panel.locator('fc-toolbar [role=alert]')).toContainText(
    'expected a whole number from 1 to 1000, or "auto"; got "many"',
  );
});

test('merges several folders', async ({ workbench }) => {
  await workbench.open();
  await workbench.explorerRow('portraits').click();
  await workbench.explorerRow('female').waitFor();
  await workbench.clusterFaces('female', 'male');
  const panel = await workbench.panel();
  await expect(panel.locator('h1')).toHaveText('female + male');
  await expect(panel.locator('fc-toolbar .figures')).toContainText('71 faces in 72 images');
});

test('clusters the images of an archive, and says what it did not read', async ({ workbench }) => {
  const portraits = join(workbench.folder, 'portraits', 'female');
  const names = (await readdir(portraits)).sort().slice(0, 6);
  const archive = new ZipFile();
  for (const name of names) archive.addFile(join(portraits, name), name);
  archive.addBuffer(Buffer.from('a video'), 'clip.mov');
  archive.end();
  await writeFile(join(workbench.folder, 'women.zip'), archive.outputStream);
  await workbench.open();
  await workbench.clusterFaces('women.zip');
  const panel = await workbench.panel();
  await expect(panel.locator('h1')).toHaveText('women.zip');
  await expect(panel.locator('fc-toolbar .figures')).toContainText('6 faces in 6 images');
  await expect(panel.locator('fc-notices')).toContainText('1 file of other kinds not read: 1 mov.');
});

test('lists unusable images and shows the others', async ({ workbench }) => {
  await writeFile(join(workbench.folder, 'portraits', 'broken "1".jpg'), 'not an image');
  await workbench.open();
  await workbench.clusterFaces('portraits');
  const panel = await workbench.panel();
  await expect(panel.locator('fc-notices')).toContainText(
    '1 image could not be used. broken "1".jpg: not an image that can be read',
  );
  const notice = (text: string) =>
    panel
      .locator('fc-notices .notice', { hasText: text })
      .locator('button', { hasText: 'Show all' });
  await notice('could not be used').click();
  await expect(workbench.page.locator('.tab.active')).toContainText('failed.csv');

  // The toy head is not a face; its image is listed separately.
  await workbench.page.locator('.tab', { hasText: 'portraits' }).click();
  const again = await workbench.panel();
  await expect(again.locator('fc-notices')).toContainText(
    'No face was found in 1 image: male/18.jpg',
  );
});

test('has a package of less than 45 MB', async () => {
  const out = fileURLToPath(new URL('../../out', import.meta.url));
  const name = (await readdir(out)).find((file) =>
    file.endsWith(`${process.platform}-${process.arch}.vsix`),
  );
  expect((await stat(join(out, name!))).size / 1e6).toBeLessThan(45);
});

test('writes nothing beside the photos', async ({ workbench }) => {
  const before = await readdir(workbench.folder, { recursive: true });
  await workbench.open();
  await workbench.clusterFaces('portraits');
  await (await workbench.panel()).locator('fc-cluster-card').first().waitFor();
  expect(await readdir(workbench.folder, { recursive: true })).toEqual(before);
});
