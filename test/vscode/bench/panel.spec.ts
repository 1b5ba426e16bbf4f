/**
 * Measures the panel of 200,000 faces in 200 clusters: how soon it is there, whether it scrolls as
 * a page without scripts does, and its memory. `npm run bench -- --only panel` runs it;
 * FACE_CLUSTERS_PANEL holds what to measure.
 */
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContext, Frame, Page } from '@playwright/test';
import { bundle, stage } from '../../../scripts/bench/stage.mjs';
import { expect, test, Workbench } from '../vscode';
import { type Lateness, whileDragging, whileScrolling } from './frames';
import { ISOLATION, separateWebviews } from './own-process';
import { memoryOf, processOf } from './process-of';
import { servePictures } from './static-pages';

const { faces, rounds, out } = JSON.parse(
  process.env.FACE_CLUSTERS_PANEL ?? '{"faces":200000,"rounds":1}',
) as { faces: number; rounds: number; out?: string };
const CLUSTERS = 200;
/** Faces of a card, and of a static grid that is as long as what is scrolled. */
const SHOWN = { cards: CLUSTERS, card: 24, grid: 1500 } as const;
const VIEWS = ['cards', 'grid', 'map'] as const;
type View = (typeof VIEWS)[number];

/** Measures by name, one of each round. */
const seen: Record<string, number[]> = {};
function note(name: string, value: number) {
  (seen[name] ??= []).push(value);
  console.log(`${name}: ${value.toFixed(1)}`);
}
function noteLate(name: string, { late, longest, frames }: Lateness) {
  note(name, late);
  console.log(`  of ${String(frames)} frames, the longest ${longest.toFixed(0)} ms`);
}

test.use({ flags: [ISOLATION] });

test('measures the panel', async ({
  workbench: { page, folder: opened, server: given },
  window,
}) => {
  test.setTimeout(3_600_000);
  const origin = await separateWebviews(window, given.origin);
  const workbench = new Workbench(page, opened, { ...given, origin });
  await bundle();
  const folder = await largeRun(workbench);
  await workbench.settings({ 'faceClusters.clusters': String(CLUSTERS) });
  const { clicked, painted } = await openRun(workbench);
  const { mtimeMs } = await stat(join(folder, 'clustering.json'));
  const result = Math.max(clicked, mtimeMs); // the window may cluster the run before it is clicked
  note('result to cards', painted.cards - result);
  note('result to faces', painted.faces - result);

  const pictures = await mkdtemp(join(tmpdir(), 'pictures-'));
  await stage('panel-run', 'pictures', folder, pictures, SHOWN.card, SHOWN.grid);
  const pages = await servePictures(pictures, SHOWN);
  const alone = await window.newPage();
  const isMade = () => existsSync(join(folder, 'pictures.json'));
  for (let round = 0; round < rounds; round++) {
    await closeTab(workbench);
    await workbench.page.goto('about:blank');
    await rm(join(folder, 'pictures.json'), { force: true });
    const { clicked, painted, panel } = await openRun(workbench);
    note('click to cards', painted.cards - clicked);
    note('click to faces', painted.faces - clicked);
    let webview: number | undefined;
    const measure = async (when: string, isWanted: () => boolean) => {
      for (const view of VIEWS) {
        await alone.goto(`${pages.origin}/${view}`, { waitUntil: 'load' });
        const before = isWanted();
        await measureView(view, when, { workbench, panel, alone, window });
        if (!before || !isWanted()) console.log('  the eigenfaces were made meanwhile');
      }
      webview ??= await processOf(panel, given.userDataDir); // the window is at rest now
      note(`memory ${when}`, memoryOf(webview));
    };
    await measure('making', () => !isMade());
    await expect.poll(isMade, { timeout: 600_000 }).toBe(true);
    await measure('rest', isMade);
  }
  pages.close();
  await rm(pictures, { recursive: true });
  if (out !== undefined) await writeFile(out, JSON.stringify(seen));
});

/** A run of very many faces in the place of that of the portraits, without clusters. */
async function largeRun(workbench: Workbench): Promise<string> {
  await workbench.open();
  await workbench.clusterFaces('portraits');
  await expect((await workbench.panel()).locator('fc-cluster-card')).toHaveCount(16);
  await closeTab(workbench);
  await workbench.page.goto('about:blank');
  const storage = join(workbench.server.userDataDir, 'User', 'workspaceStorage');
  const manifests = (await readdir(storage, { recursive: true })).filter((name) =>
    /runs\/[\w-]+\/run\.json$/.test(name),
  );
  expect(manifests).toHaveLength(1);
  const folder = join(storage, manifests[0]!, '..');
  await stage('panel-run', 'enlarge', folder, faces, CLUSTERS);
  return folder;
}

/** Opens the window and, by a click in the side panel, the run. */
async function openRun(workbench: Workbench) {
  const { page } = workbench;
  await page.bringToFront();
  await workbench.open();
  await workbench.sidePanel();
  const row = workbench.treeRow(/portraits.*faces/).first();
  await row.waitFor();
  await page.waitForTimeout(3000); // the window does other things after it has opened
  const clicked = Date.now();
  await row.click();
  const panel = await panelSoon(page);
  return { clicked, panel, painted: await firstCards(panel) };
}

/** The frame of the panel, at once: `Workbench.panel` looks only once a second in the end. */
async function panelSoon(page: Page): Promise<Frame> {
  for (;;) {
    for (const frame of page.frames()) {
      const has = () => document.querySelector('fc-app') !== null;
      if (await frame.evaluate(has).catch(() => false)) return frame;
    }
    await page.waitForTimeout(20);
  }
}

async function closeTab({ page }: Workbench): Promise<void> {
  await page.bringToFront();
  await page.locator('.tab').hover();
  await page.locator('.tab .tab-actions a[aria-label^="Close"]').click();
  await expect(page.locator('.tab')).toHaveCount(0);
}

/** When the first card, and its faces, were painted: milliseconds since 1970. */
const firstCards = (panel: Frame): Promise<{ cards: number; faces: number }> =>
  panel.evaluate(
    () =>
      new Promise((resolve) => {
        let cards: number | undefined;
        const look = () => {
          const card = document
            .querySelector('fc-app')
            ?.shadowRoot?.querySelector('fc-overview')
            ?.shadowRoot?.querySelector('fc-cluster-card')?.shadowRoot;
          if (card?.querySelector('article') != null) cards ??= Date.now();
          // They are there once their pictures are decoded.
          if (card?.querySelector('.faces .face') != null)
            resolve({ cards: cards!, faces: Date.now() });
          else requestAnimationFrame(look);
        };
        look();
      }),
  );

interface Compared {
  workbench: Workbench;
  panel: Frame;
  /** Shows the same view without scripts. */
  alone: Page;
  window: BrowserContext;
}

/** A click that comes as soon as the page is in front again may be lost. */
async function showMap(panel: Frame): Promise<void> {
  const button = panel.locator('fc-overview #map');
  await expect(async () => {
    if ((await button.getAttribute('aria-pressed')) === 'false') await button.click();
    await expect(button).toHaveAttribute('aria-pressed', 'true', { timeout: 2000 });
  }).toPass({ timeout: 20_000 });
  await panel.locator('fc-face-map .map[aria-busy="false"]').waitFor({ timeout: 60_000 });
}

/** Measures a view of the panel, from the overview and back to it. */
async function measureView(
  view: View,
  when: string,
  { workbench, panel, alone, window }: Compared,
): Promise<void> {
  const { page } = workbench;
  await page.bringToFront();
  if (view === 'map') {
    await showMap(panel);
  } else if (view === 'grid') {
    await panel.locator('fc-cluster-card').first().locator('#open').click();
    await panel.locator('fc-face-grid img').first().waitFor();
  }
  const shown = view === 'map' ? panel.locator('fc-face-map .map') : await panel.frameElement();
  const { x, y, width, height } = (await shown.boundingBox())!;
  const middle = { x: x + width / 2, y: y + height / 2 };
  if (view === 'map') {
    noteLate(
      `${when} map static`,
      await whileDragging(alone, alone.mainFrame(), { x: 250, y: 200 }),
    );
    noteLate(`${when} map`, await whileDragging(page, panel, middle));
    await panel.locator('fc-overview #map').click();
    return;
  }
  const sessions = [await window.newCDPSession(alone), await window.newCDPSession(page)] as const;
  const late = await whileScrolling(alone, alone.mainFrame(), middle, sessions[0]);
  noteLate(`${when} ${view} static`, late);
  noteLate(`${when} ${view}`, await whileScrolling(page, panel, middle, sessions[1]));
  for (const session of sessions) await session.detach();
  if (view === 'grid') await panel.locator('#back').click();
}
