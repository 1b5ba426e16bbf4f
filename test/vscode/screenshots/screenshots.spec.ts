/** Takes the pictures of README.md and CONTRIBUTING.md: `npm run screenshots`. Not a test. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Frame } from '@playwright/test';
import { expect, test, type Workbench } from '../vscode';

/** Names the folder of the pictures, one PNG each. */
const folder = process.env.FACE_CLUSTERS_SCREENSHOTS ?? 'test-results/pictures';

const SIZE = { width: 1280, height: 800 };

/** What of the window is shown. */
const PARTS = { editor: '.part.editor', sidebar: '.part.sidebar' };

async function take(workbench: Workbench, name: string, part?: keyof typeof PARTS) {
  const { page } = workbench;
  await page.mouse.move(SIZE.width - 1, SIZE.height - 1); // no tooltip and no hovered row
  await page.waitForTimeout(800); // pictures fade in
  await mkdir(folder, { recursive: true });
  const path = join(folder, `${name}.png`);
  await (part === undefined ? page : page.locator(PARTS[part])).screenshot({ path });
}

/** Clusters the portraits, in a window without what is of this machine. */
async function openPanel(workbench: Workbench): Promise<Frame> {
  await workbench.page.setViewportSize(SIZE);
  await workbench.settings({
    'workbench.colorTheme': 'Default Light Modern',
    'window.commandCenter': false,
    'window.title': 'Face Clusters',
    'workbench.layoutControl.enabled': false,
    'files.exclude': { '.vscode': true },
  });
  await workbench.open();
  await workbench.clusterFaces('portraits');
  const panel = await workbench.panel();
  await expect(panel.locator('fc-cluster-card .eigenface img').first()).toBeVisible();
  await expect(panel.locator('fc-cluster-card .faces .face').first()).toBeVisible();
  return panel;
}

const hideSideBar = (workbench: Workbench) =>
  workbench.command('View: Toggle Primary Side Bar Visibility');

test('the panel and the side panel', async ({ workbench }) => {
  const panel = await openPanel(workbench);
  await workbench.sidePanel();
  await take(workbench, 'overview');
  await take(workbench, 'side-panel', 'sidebar');

  await panel.locator('fc-cluster-card #open').nth(2).click();
  await hideSideBar(workbench);
  const sliders = panel.locator('fc-eigenface input[type=range]');
  await sliders.first().fill('2');
  await sliders.nth(1).fill('-1.5');
  await take(workbench, 'cluster', 'editor');
  await panel.locator('fc-face-grid .face').first().click();
  await expect(panel.locator('fc-photo-dialog .boxes rect').first()).toBeVisible();
  await expect(panel.locator('fc-alike-faces .face').first()).toBeVisible();
  await take(workbench, 'photo', 'editor');
});

test('questions, the map, and what changed', async ({ workbench }) => {
  const panel = await openPanel(workbench);
  await hideSideBar(workbench);
  await panel.locator('fc-overview #map').click();
  await expect(panel.locator('fc-face-map .legend li').first()).toBeVisible();
  await take(workbench, 'map', 'editor');
  await panel.locator('fc-overview #map').click();
  await panel.getByRole('searchbox').fill('no beard, smiling');
  await workbench.page.keyboard.press('Enter');
  await expect(panel.locator('fc-answer-view fc-face-grid .face').first()).toBeVisible();
  await take(workbench, 'question', 'editor');
  await workbench.page.keyboard.press('Escape');
  const clusters = panel.locator('#clusters input');
  await clusters.fill('8');
  await clusters.press('Enter');
  await expect(panel.locator('fc-cluster-card')).toHaveCount(8);
  await panel.locator('fc-toolbar #changes').click();
  await expect(panel.locator('fc-changes-view .face').first()).toBeVisible();
  await take(workbench, 'what-changed', 'editor');
});

test('four tasks for someone new', async ({ workbench }) => {
  const { page } = workbench;
  const panel = await openPanel(workbench);
  await hideSideBar(workbench);
  const cards = panel.locator('fc-cluster-card');
  await cards.nth(0).getByRole('checkbox').check();
  await cards.nth(1).getByRole('checkbox').check();
  await take(workbench, 'task-merge', 'editor');
  await panel.locator('fc-selection-bar #merge').click();
  await expect(cards).toHaveCount(15);

  await cards.nth(1).locator('#open').click();
  const faces = panel.locator('fc-cluster-view fc-face-grid .face');
  await faces.first().focus();
  await page.keyboard.press('Space');
  await panel.locator('fc-selection-bar #move #button').click();
  await take(workbench, 'task-move', 'editor');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await panel.locator('#back').click();

  await cards.nth(1).locator('#open').focus();
  await page.keyboard.press('F2');
  await page.keyboard.type('Colleagues');
  await page.keyboard.press('Enter');
  await expect(cards.nth(1).locator('#open')).toHaveText('Colleagues');
  const clusters = panel.locator('#clusters input');
  await clusters.fill('8');
  await clusters.press('Enter');
  await expect(cards).toHaveCount(7); // the merged ones stay merged
  await panel.getByRole('searchbox').fill('Colleagues');
  await take(workbench, 'task-name', 'editor');

  await workbench.titleAction('Export Results').click();
  await expect(page.locator('.quick-input-widget')).toContainText('Export Here');
  await take(workbench, 'task-export');
  await page.keyboard.press('Escape');
});
