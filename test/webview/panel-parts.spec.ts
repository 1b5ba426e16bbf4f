/** The toolbar, the notices and the charts of the panel, by mouse and keyboard. */
import type { Comparison } from '../../src/domain/comparison';
import type { Page } from '@playwright/test';
import { expect, test } from './components';
import { clusteringState, panelState } from './panel-states';

const ALL_METHODS = [
  'kmeans',
  'agglomerative',
  'birch',
  'spectral',
  'dbscan',
  'optics',
  'hdbscan',
] as const;

/** Pixels by which the page is wider than its window. */
const overflow = (page: Page) =>
  page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);

test.describe('the toolbar', () => {
  test('changes a setting once it has a value that is allowed', async ({ mountComponent }) => {
    const mounted = await mountComponent('fc-toolbar', { panel: panelState() });
    const { component, page } = mounted;
    const clusters = component.getByRole('textbox', { name: 'Clusters' });
    const alert = component.getByRole('alert');
    for (const [text, message] of [
      ['0', /Clusters: .*; got "0"/],
      ['1001', /Clusters: .*; got "1001"/],
      ['many', /Clusters: .*; got "many"/],
      ['', /Clusters: .*; got ""/],
    ] as const) {
      await clusters.fill(text);
      await page.keyboard.press('Enter');
      await expect(alert).toHaveText(message);
    }
    expect(await mounted.sent()).toEqual([]);
    await clusters.fill(' AUTO ');
    await page.keyboard.press('Enter');
    await expect(alert).toHaveCount(0);
    await clusters.fill('7');
    await page.keyboard.press('Enter');
    expect(await mounted.sent()).toEqual([
      ['settings', { changes: { clusters: 'auto' } }],
      ['settings', { changes: { clusters: 7 } }],
    ]);
  });

  test('shows the clusters while their number is dragged, and keeps it at the end', async ({
    mountComponent,
  }) => {
    const { settings } = panelState();
    const mounted = await mountComponent('fc-toolbar', {
      panel: panelState({ settings: { ...settings, clusters: 16 } }),
    });
    const { component, page } = mounted;
    const slider = component.getByRole('slider', { name: 'Number of clusters' });
    await expect(slider).toHaveValue('16');
    await slider.focus();
    await page.keyboard.press('ArrowRight');
    expect(await mounted.sent()).toEqual([
      ['preview', { changes: { clusters: 17 } }],
      ['settings', { changes: { clusters: 17 } }],
    ]);
    const box = (await slider.boundingBox())!;
    await page.mouse.move(box.x + 0.3 * box.width, box.y + box.height / 2);
    await page.mouse.down();
    await page.mouse.move(box.x + 0.6 * box.width, box.y + box.height / 2, { steps: 4 });
    const dragged = (await mounted.sent()).slice(2);
    expect(dragged.map(([name]) => name)).not.toContain('settings');
    await expect(component.getByRole('textbox', { name: 'Clusters' })).toHaveValue(
      await slider.inputValue(),
    );
    await page.keyboard.press('Escape');
    await expect(slider).toHaveValue('16');
    expect((await mounted.sent()).at(-1)).toEqual(['preview', { changes: {} }]);
    await page.mouse.up();
  });

  test('has the parameters of the method, and no number of clusters for one that finds it', async ({
    mountComponent,
  }) => {
    const { settings } = panelState();
    const of = (changes: Partial<typeof settings>) =>
      panelState({ settings: { ...settings, ...changes } });
    const mounted = await mountComponent('fc-toolbar', { panel: of({ method: 'kmeans' }) });
    const { component, page } = mounted;
    await expect(component.locator('#clusters')).toHaveCount(1);
    await expect(component.locator('#restarts')).toHaveCount(0);
    await component.locator('#tune').click();
    await expect(component.locator('#restarts')).toHaveCount(1);
    await mounted.update({ panel: of({ method: 'agglomerative', linkage: 'ward' }) });
    await expect(component.locator('#linkage')).toHaveCount(1);
    await expect(component.locator('#metric')).toHaveCount(0); // Ward needs the Euclidean distance
    await mounted.update({ panel: of({ method: 'dbscan' }) });
    await expect(component.locator('#clusters')).toHaveCount(0);
    const eps = component.getByRole('textbox', { name: 'Eps' });
    await eps.fill('-1');
    await page.keyboard.press('Enter');
    await expect(component.getByRole('alert')).toHaveText(/Eps: .*; got "-1"/);
    await eps.fill('0.75');
    await page.keyboard.press('Enter');
    expect(await mounted.sent()).toEqual([['settings', { changes: { eps: 0.75 } }]]);
  });

  test('chooses a method by keyboard', async ({ mountComponent }) => {
    const mounted = await mountComponent('fc-toolbar', { panel: panelState() });
    await mounted.component.locator('#method').focus();
    await mounted.page.keyboard.press('ArrowDown');
    await mounted.page.keyboard.press('Enter');
    const [change, ...others] = await mounted.sent();
    expect(others).toEqual([]);
    expect(change).toEqual(['settings', { changes: { method: 'agglomerative' } }]);
  });

  test('keeps the focus on what takes an undo back, or makes it', async ({ mountComponent }) => {
    const changed = { undo: 'Changed clusters from 16 to 5' };
    const mounted = await mountComponent('fc-toolbar', { panel: panelState(changed) });
    const { component } = mounted;
    await component.locator('#undo').focus();
    await mounted.update({ panel: panelState({ redo: changed.undo }) });
    await expect(component.locator('#redo')).toBeFocused();
    await mounted.update({ panel: panelState(changed) });
    await expect(component.locator('#undo')).toBeFocused();
  });

  test('folds what is needed less often in a narrow panel', async ({ mountComponent }) => {
    const mounted = await mountComponent('fc-toolbar', { panel: panelState() });
    const { component, page } = mounted;
    await page.setViewportSize({ width: 1200, height: 700 });
    await expect(component.locator('#compare')).toBeVisible();
    await page.setViewportSize({ width: 400, height: 700 });
    await expect(component.locator('#compare')).toHaveCount(0);
    await component.locator('#more #button').focus();
    await page.keyboard.press('ArrowDown');
    await expect(component.getByRole('menuitem', { name: 'Compare Methods' })).toBeFocused();
    await page.keyboard.press('Enter');
    expect(await mounted.sent()).toEqual([['command', { command: 'compare' }]]);
    expect(await overflow(page)).toBe(0);
  });

  test('keeps undo and redo in one line at every width', async ({ mountComponent }) => {
    const settings = ['clusters', 'method'].map((name) => ({ name, here: 'a', elsewhere: 'b' }));
    const own = { settings, shared: 'workspace' as const, problems: [] };
    const panel = panelState({ undo: 'Named a cluster', own });
    const { component, page } = await mountComponent('fc-toolbar', { panel });
    for (const width of [400, 700, 930, 1061, 1200]) {
      await page.setViewportSize({ width, height: 700 });
      const [undo, redo, tune] = await Promise.all(
        ['#undo', '#redo', '#tune'].map((id) => component.locator(id).boundingBox()),
      );
      expect(redo!.y, `at ${width} pixels`).toBe(undo!.y);
      if (width >= 700) expect(tune!.y, `at ${width} pixels`).toBe(undo!.y);
    }
  });

  test('explains each control by a sentence that it is described by', async ({
    mountComponent,
  }) => {
    const { settings } = panelState();
    const { component, page } = await mountComponent('fc-toolbar', { panel: panelState() });
    await component.locator('#tune').click();
    await page.setViewportSize({ width: 400, height: 700 });
    for (const method of ALL_METHODS) {
      const panel = panelState({ settings: { ...settings, method, thresholds: 'balanced' } });
      await page.evaluate((values) => window.testPage.update(values), { panel });
      const controls = component.locator('fc-tuning .field [aria-describedby]');
      const fields = await component.locator('fc-tuning .field').count();
      expect(fields, method).toBeGreaterThanOrEqual(6);
      await expect(controls).toHaveCount(fields);
      for (const control of await controls.all())
        await expect(control, method).toHaveAccessibleDescription(/^[A-Z].{30,}\.$/);
      expect(await overflow(page), method).toBe(0);
    }
  });

  test('says which settings are of this folder alone, and offers two ways on', async ({
    mountComponent,
  }) => {
    const own = {
      settings: [
        { name: 'clusters', here: '5', elsewhere: '16' },
        { name: 'method', here: 'Birch', elsewhere: 'K-Means' },
      ],
      shared: 'workspace' as const,
      problems: [],
    };
    const mounted = await mountComponent('fc-toolbar', { panel: panelState({ own }) });
    const { component } = mounted;
    await component.locator('#tune', { hasText: 'Tune (2 own)' }).click();
    await expect(component.locator('.own p')).toHaveText(
      'Own settings of this folder: clusters 5 (16 in the settings of the workspace), method Birch (K-Means in the settings of the workspace).',
    );
    await component.getByText('Use for All Folders').click();
    await component.getByText('Back to the Workspace’s Settings').click();
    expect(await mounted.sent()).toEqual([
      ['command', { command: 'useForAll' }],
      ['command', { command: 'dropOwn' }],
    ]);
    await mounted.update({ panel: panelState({ own: { ...own, settings: [], shared: 'user' } }) });
    await expect(component.locator('.own')).toHaveCount(0);
    await expect(component.locator('#tune')).not.toContainText('own');
    await mounted.update({ panel: panelState({ own: { ...own, shared: 'user' } }) });
    await expect(component.getByText('Back to the User’s Settings')).toBeVisible();
  });

  test('offers what is done with all clusters in its menu', async ({ mountComponent }) => {
    const mounted = await mountComponent('fc-toolbar', { panel: panelState() });
    const { component } = mounted;
    for (const name of ['Export Results', 'Copy Images of All Clusters', 'Write Names and Tags']) {
      await component.locator('#more #button').click();
      await component.getByRole('menuitem', { name }).click();
    }
    expect(await mounted.sent()).toEqual(
      ['export', 'copyAllImages', 'writeSidecars'].map((command) => ['command', { command }]),
    );
  });

  test('keeps its place where a number is refused', async ({ mountComponent }) => {
    const { component } = await mountComponent('fc-toolbar', { panel: panelState() });
    const place = () => component.locator('#tune').boundingBox();
    const { x } = (await place())!;
    const field = component.locator('#clusters input');
    await field.fill('many');
    await field.press('Enter');
    await expect(component.locator('.wrong')).toContainText('expected a whole number');
    expect((await place())!.x).toBe(x);
  });

  test('shows custom weights on request', async ({ mountComponent }) => {
    const mounted = await mountComponent('fc-toolbar', { panel: panelState() });
    await expect(mounted.component.locator('fc-weights')).toHaveCount(0);
    await mounted.component.locator('#tune').click();
    await mounted.component.getByText('Custom Weights…').click();
    await expect(mounted.component.getByLabel('Eyeglasses')).toBeVisible();
  });
});

test.describe('the notices', () => {
  test('offer a way out of each problem', async ({ mountComponent }) => {
    const panel = panelState({
      problem: { message: 'the engine ended', retry: true },
      settingProblems: ["'faceClusters.clusters' expected a number"],
      stale: ['model'],
      changes: { added: 2, changed: 0, removed: 1 },
      undo: 'Method changed to DBSCAN',
    });
    const mounted = await mountComponent('fc-notices', { panel });
    const { component } = mounted;
    await expect(component.getByRole('alert')).toContainText('the engine ended');
    await expect(component.locator('.warning')).toContainText([
      'The default is used.',
      'other settings (model)',
      '2 images added, 1 removed',
    ]);
    for (const label of ['Try Again', 'Show Log', 'Open Settings', 'Undo'])
      await component.getByRole('button', { name: label }).click();
    await component.getByRole('button', { name: 'Refresh' }).first().click();
    expect((await mounted.sent()).map(([, params]) => params)).toEqual(
      ['retry', 'engineLog', 'settings', 'undo', 'rerun'].map((command) => ({ command })),
    );
  });

  test('count images that are left out, and name the first', async ({ mountComponent }) => {
    const state = panelState();
    const panel = {
      ...state,
      run: { ...state.run!, images: { found: 60, read: 50, failed: 5, withoutFace: 5 } },
      failures: [1, 2, 3, 4].map((i) => ({ image: `broken-${i}.jpg`, reason: 'cut short' })),
      faceless: [1, 2, 3, 4].map((i) => `empty-${i}.jpg`),
    };
    const mounted = await mountComponent('fc-notices', { panel });
    const { component } = mounted;
    await expect(component.locator('.info').nth(0)).toContainText(
      'No face was found in 5 images: empty-1.jpg, empty-2.jpg, empty-3.jpg, …',
    );
    await expect(component.locator('.info').nth(1)).toContainText(
      '5 images could not be used. broken-1.jpg: cut short; broken-2.jpg: cut short; broken-3.jpg: cut short; …',
    );
    await component.getByRole('button', { name: 'Show All' }).nth(1).click();
    expect(await mounted.sent()).toEqual([['command', { command: 'failures' }]]);
  });

  test('say what was not read, and how images were read', async ({ mountComponent }) => {
    const state = panelState();
    const run: NonNullable<typeof state.run> = {
      ...state.run!,
      leftOut: {
        unread: { mov: 3, psd: 1 },
        hidden: 0,
        folders: { count: 2, names: ['#recycle', '@eaDir'] },
        exported: 0,
        excluded: 7,
        links: 0,
      },
      remarks: { pages: { images: 1, total: 2, first: 'scan.tif' } },
      detection: { searched: true, reason: 'for the test', crops: 40 },
    };
    const { component } = await mountComponent('fc-notices', { panel: { ...state, run } });
    await expect(component.locator('.info')).toContainText([
      '2 further pages or frames of 1 file not read; the first: scan.tif.',
      '4 files of other kinds not read: 3 mov, 1 psd.',
      '7 images left out by the settings include and exclude.',
    ]);
    const figures = await mountComponent('fc-run-figures', { run, clustering: null });
    await figures.component.locator('summary').click();
    await expect(figures.component.locator('dd')).toContainText([
      '60 images found',
      'Searched for in 20 images, 40 images taken as aligned crops',
      '2 folders left out: #recycle, @eaDir',
    ]);
  });

  test('show text of files as text', async ({ mountComponent }) => {
    const panel = panelState({
      problem: { message: '<img src=x onerror=alert(1)>[a](command:b)', retry: false },
    });
    const { component } = await mountComponent('fc-notices', { panel });
    await expect(component.getByRole('alert')).toContainText('<img src=x onerror=alert(1)>');
    await expect(component.locator('img')).toHaveCount(0);
    await expect(component.getByRole('button', { name: 'Try Again' })).toHaveCount(0);
  });
});

test('the dendrogram opens its leaves, which lie in an order without crossings', async ({
  mountComponent,
}) => {
  const tree = [
    { a: 0, b: 2, height: 1, size: 40 },
    { a: 3, b: 1, height: 2, size: 60 },
  ];
  const mounted = await mountComponent('fc-dendrogram', { clustering: clusteringState({ tree }) });
  const { component, page } = mounted;
  await expect(component.getByRole('group')).toHaveAccessibleName('Dendrogram of 3 clusters');
  const leaves = component.getByRole('link');
  await expect(leaves).toHaveCount(3);
  const names = await leaves.evaluateAll((all) =>
    all.map((leaf) => leaf.getAttribute('aria-label')),
  );
  expect(names).toEqual(['Open Cluster 0', 'Open Cluster 2', 'Open Cluster 1']);
  await expect(component.locator('path title').nth(1)).toHaveText('Merged at 2.000: 60 faces');
  await leaves.nth(1).click();
  await leaves.nth(2).focus();
  await page.keyboard.press('Enter');
  expect(await mounted.sent()).toEqual([
    ['select', { cluster: 2 }],
    ['select', { cluster: 1 }],
  ]);
});

test.describe('the comparison', () => {
  const point = (method: 'kmeans' | 'dbscan', k: number | null, silhouette: number | null) => ({
    method,
    k,
    clusters: k ?? 4,
    noise: 0,
    silhouette,
    seconds: 0.1,
  });
  const comparison: Comparison = {
    version: 1,
    settings: panelState().settings,
    methods: ['kmeans', 'dbscan'],
    from: 2,
    to: 3,
    faces: 60,
    distinct: 8,
    points: [point('kmeans', 2, 0.3), point('kmeans', 3, 0.4), point('dbscan', null, 0.2)],
    notices: ['12 faces were left out'],
    seconds: 1.5,
  };

  test('opens the clustering of a point, by mouse and keyboard', async ({ mountComponent }) => {
    const mounted = await mountComponent('fc-comparison', { comparison });
    const { component, page } = mounted;
    await expect(component).toContainText('60 faces, 8 distinct vectors, 1.5 s');
    await expect(component).toContainText('12 faces were left out.');
    const points = component.locator('.chart .point');
    await expect(points).toHaveCount(3);
    await expect(component.locator('#best')).toContainText(
      'The best silhouette, 0.400, is of K-Means with 3 clusters.',
    );
    await expect(component.locator('circle.best')).toHaveCount(1);
    await component.locator('circle.kmeans').nth(1).click();
    await component.locator('.chart g', { has: page.locator('.dbscan') }).focus();
    await page.keyboard.press('Enter');
    await component.getByText('Hide', { exact: true }).click();
    expect(await mounted.sent()).toEqual([
      ['settings', { changes: { method: 'kmeans', clusters: 3 } }],
      ['settings', { changes: { method: 'dbscan' } }],
      ['command', { command: 'hideComparison' }],
    ]);
    await component.getByText('As a table').click();
    await expect(component.locator('tr')).toHaveCount(4);
  });

  test('takes the point nearest to a click, and keeps its text readable in a narrow panel', async ({
    mountComponent,
  }) => {
    const mounted = await mountComponent('fc-comparison', { comparison });
    const { component, page } = mounted;
    const { x, y } = (await component.locator('.chart .dbscan').boundingBox())!;
    await page.mouse.click(x - 6, y - 6);
    const { x: left, y: top } = (await component.locator('.chart').boundingBox())!;
    await page.mouse.click(left + 300, top + 20); // far from all
    expect(await mounted.sent()).toEqual([['settings', { changes: { method: 'dbscan' } }]]);
    await page.setViewportSize({ width: 400, height: 700 });
    await expect(component.locator('.chart')).toHaveAttribute('viewBox', /^0 0 3\d\d 360$/);
  });

  test('says so where nothing has a silhouette', async ({ mountComponent }) => {
    const { component } = await mountComponent('fc-comparison', {
      comparison: { ...comparison, points: [point('kmeans', 2, null)] },
    });
    await expect(component).toContainText('No clustering has a silhouette.');
  });
});

test('the view of the last cluster keeps the focus', async ({ mountComponent }) => {
  const clustering = clusteringState();
  const { clusters } = clustering;
  const mounted = await mountComponent('fc-cluster-view', {
    clustering,
    cluster: clusters.at(-2),
    generation: 1,
  });
  const { component } = mounted;
  await component.locator('#next').focus();
  await mounted.update({ cluster: clusters.at(-1) });
  await expect(component.locator('#previous')).toBeFocused();
});

test('the view of a cluster steps to its neighbors, orders its faces and uses its images', async ({
  mountComponent,
}) => {
  const clustering = clusteringState();
  const mounted = await mountComponent('fc-cluster-view', {
    clustering,
    cluster: clustering.clusters[0],
    generation: 1,
  });
  const { component } = mounted;
  await expect(component.getByRole('heading', { name: 'Smiling women' })).toBeVisible();
  await expect(component.locator('#back')).toBeFocused();
  await expect(component.getByRole('button', { name: 'Previous cluster' })).toBeDisabled();
  await component.getByRole('button', { name: 'Next cluster' }).click();
  await component.locator('#copyPaths').click();
  await component.locator('#back').click();
  const actions = (await mounted.sent()).filter(([name]) => name !== 'faceComponents');
  expect(actions).toEqual([
    ['select', { cluster: 1 }],
    ['images', { cluster: 0, action: 'copyPaths' }],
    ['select', { cluster: null }],
  ]);
  await expect(component.getByRole('img', { name: 'The mean face is being made' })).toBeVisible();
});
