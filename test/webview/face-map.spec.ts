/** The map of all faces, by mouse and keyboard. */
import type { Page } from '@playwright/test';
import { expect, Mounted, panelHtml, test, type Mount } from './components';
import { clusteringState } from './panel-states';

/** A cluster at the left, one at the right, and one face above. */
const POINTS = [
  [0.1, 0.45],
  [0.15, 0.5],
  [0.1, 0.55],
  [0.9, 0.45],
  [0.85, 0.5],
  [0.9, 0.55],
  [0.5, 0.1],
] as const;
const CLUSTERS = [0, 0, 0, 1, 1, 1, -1];

async function mountMap(mount: Mount, properties: Record<string, unknown> = {}) {
  const mounted = await mount('fc-face-map', {
    clustering: clusteringState(),
    generation: 1,
    names: ['Smiling', 'Male'],
    ...properties,
  });
  await mounted.page.evaluate(
    ([points, clusters]) => {
      window.testPage.map(points, clusters);
    },
    [POINTS, CLUSTERS] as const,
  );
  await expect(mounted.component).toContainText('the two directions in which they differ most');
  const map = mounted.component.locator('.map');
  const box = (await map.boundingBox())!;
  /** Where a face is in the page: the map fits into its element with a margin. */
  const at = (row: number) => {
    const scale = Math.min((box.width - 34) / 0.8, (box.height - 34) / 0.45);
    const [x, y] = POINTS[row]!;
    return {
      x: box.x + box.width / 2 + (x - 0.5) * scale,
      y: box.y + box.height / 2 + (y - 0.325) * scale,
    };
  };
  const { page, component } = mounted;
  const update = (changes: Record<string, unknown>) => mounted.update(changes);
  return { page, component, map, at, update, sent: () => mounted.sent() };
}

/** Drags the mouse around the faces at the left. */
async function lassoLeft(page: Page, at: (row: number) => { x: number; y: number }) {
  const [top, bottom] = [at(0), at(2)];
  await page.mouse.move(top.x - 20, top.y - 20);
  await page.mouse.down();
  const right = at(1).x + 20;
  for (const [x, y] of [
    [right, top.y - 20],
    [right, bottom.y + 20],
    [top.x - 20, bottom.y + 20],
  ] as const)
    await page.mouse.move(x, y, { steps: 4 });
  await page.mouse.up();
}

test('the map draws each face, shows its card under the pointer, and its photo on a click', async ({
  mountComponent,
}) => {
  const { page, component, at, sent } = await mountMap(mountComponent);
  const { x, y } = at(4);
  const color = (left: number, top: number) =>
    component.locator('canvas.points').evaluate(
      (canvas, [pageX, pageY]) => {
        const { left: x0, top: y0, width } = canvas.getBoundingClientRect();
        const { width: pixels } = canvas as HTMLCanvasElement;
        const context = (canvas as HTMLCanvasElement).getContext('2d')!;
        const ratio = pixels / width;
        return [
          ...context.getImageData((pageX - x0) * ratio, (pageY - y0) * ratio, 1, 1).data,
        ].join();
      },
      [left, top] as const,
    );
  const background = await color(x + 40, y);
  await expect.poll(() => color(x, y)).not.toBe(background);
  expect(await color(x, y)).not.toBe(await color(at(0).x, at(0).y)); // of another cluster
  await page.mouse.move(x, y);
  await expect(component.locator('.card')).toContainText('image-4.jpg');
  await expect(component.locator('.card')).toContainText('Smiling women');
  await page.mouse.move(x + 40, y + 30);
  await expect(component.locator('.card')).toHaveCount(0);
  await page.mouse.click(x, y);
  await expect.poll(sent).toEqual([['shown', 4]]);
  await page.keyboard.down('Control');
  await page.mouse.click(x, y);
  await page.keyboard.up('Control');
  await expect.poll(sent).toContainEqual(['open', { row: 4, beside: true }]);
});

test('a cluster has the color that it was given', async ({ mountComponent }) => {
  const clustering = clusteringState();
  clustering.clusters[1]!.said = { color: '#2f7fd6' };
  const { component, at } = await mountMap(mountComponent, { clustering });
  const { x, y } = at(4);
  const blueLessRed = () =>
    component.locator('canvas.points').evaluate(
      (canvas, [pageX, pageY]) => {
        const { left, top, width } = canvas.getBoundingClientRect();
        const ratio = (canvas as HTMLCanvasElement).width / width;
        const context = (canvas as HTMLCanvasElement).getContext('2d')!;
        const { data } = context.getImageData((pageX - left) * ratio, (pageY - top) * ratio, 1, 1);
        return data[2]! - data[0]!; // points let some of the background through
      },
      [x, y] as const,
    );
  await expect.poll(blueLessRed).toBeGreaterThan(100); // its own color would be red
});

test('nothing is selected on the map of an earlier clustering', async ({ mountComponent }) => {
  const { page, component, at, sent, update } = await mountMap(mountComponent);
  await page.evaluate(() => {
    window.testPage.fail('the engine is gone');
  });
  await update({ generation: 2 });
  await expect(component.getByRole('alert')).toContainText('the engine is gone');
  await component.locator('#lasso').click();
  await lassoLeft(page, at);
  await page.mouse.click(at(4).x, at(4).y);
  await page.mouse.move(at(0).x, at(0).y);
  expect(await sent()).toEqual([]);
  await expect(component.locator('.card')).toHaveCount(0);
});

test('a lasso selects, adds and removes faces', async ({ mountComponent }) => {
  const { page, component, at, sent } = await mountMap(mountComponent);
  await page.keyboard.down('Shift');
  await lassoLeft(page, at);
  await page.keyboard.up('Shift');
  await component.locator('#lasso').click();
  await lassoLeft(page, at);
  await page.keyboard.down('Alt');
  await lassoLeft(page, at);
  await page.keyboard.up('Alt');
  expect(await sent()).toEqual([
    ['selected', ['add', [0, 1, 2]]],
    ['selected', ['replace', [0, 1, 2]]],
    ['selected', ['remove', [0, 1, 2]]],
  ]);
  await expect(component.getByRole('status')).toHaveText('3 faces in the lasso');
});

test('dragging moves the map, the wheel zooms it, and a double click shows all again', async ({
  mountComponent,
}) => {
  const { page, component, map, at } = await mountMap(mountComponent);
  const card = component.locator('.card');
  await page.mouse.move(at(6).x + 60, at(6).y + 40);
  await page.mouse.down();
  await page.mouse.move(at(6).x + 110, at(6).y + 60, { steps: 5 });
  await page.mouse.up();
  await page.mouse.move(at(6).x + 50, at(6).y + 20); // moved as far
  await expect(card).toContainText('image-6.jpg');
  await map.focus();
  await page.mouse.wheel(0, -300);
  await page.mouse.move(at(6).x + 51, at(6).y + 21); // it stayed under the pointer
  await expect(card).toContainText('image-6.jpg');
  await page.mouse.dblclick(at(6).x + 250, at(6).y + 150);
  await page.mouse.move(at(6).x, at(6).y);
  await expect(card).toContainText('image-6.jpg');
});

test('the arrow keys go from face to face, Enter opens, Space selects', async ({
  mountComponent,
}) => {
  const { page, component, map, sent } = await mountMap(mountComponent);
  const status = component.getByRole('status');
  await map.focus();
  await page.keyboard.press('ArrowRight'); // the face nearest to the middle
  await expect(status).toHaveText('image-6.jpg, Noise');
  await page.keyboard.press('ArrowDown');
  await expect(status).toContainText('Smiling women');
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('ArrowLeft');
  await expect(status).toContainText('Smiling women');
  await page.keyboard.press('ArrowUp');
  await expect(status).toHaveText('image-6.jpg, Noise');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Space');
  await page.evaluate(() => window.testPage.update({ selection: new Set([6]) }));
  await page.keyboard.press('Space');
  await expect.poll(sent).toEqual([
    ['shown', 6],
    ['selected', ['add', [6]]],
    ['selected', ['remove', [6]]],
  ]);
});

test('an attribute colors the faces, with a legend', async ({ mountComponent }) => {
  const { component, sent } = await mountMap(mountComponent);
  await component.locator('#colorBy').click();
  await component.getByRole('option', { name: 'Smiling' }).click();
  await expect(component.getByRole('img')).toHaveAccessibleName(/Probability of Smiling/);
  await expect.poll(sent).toEqual([['attributeValues', { attribute: 'Smiling' }]]);
});

test('the map says what it shows, and why it shows nothing', async ({ mountComponent }) => {
  const { page, component, map } = await mountMap(mountComponent);
  await expect(map).toHaveAccessibleName(
    'Map of 60 faces in 3 clusters. Smiling women: 30 faces, Smiling women: 20 faces, Smiling women: 10 faces.',
  );
  await page.evaluate(() => {
    window.testPage.fail('the engine ended');
  });
  await page.evaluate(() => window.testPage.update({ generation: 2 }));
  await expect(component.getByRole('alert')).toContainText('the engine ended');
  await page.evaluate(() => {
    window.testPage.fail('');
  });
  await component.getByRole('button', { name: 'Try again' }).click();
  await expect(component.getByRole('alert')).toHaveCount(0);
});

test('the faces move to a better arrangement, which is asked for again where it failed', async ({
  mountComponent,
}) => {
  for (const reducedMotion of ['no-preference', 'reduce'] as const) {
    const mounted = await mountComponent('fc-face-map', {
      clustering: clusteringState(),
      generation: 1,
    });
    const { page, component } = mounted;
    await page.emulateMedia({ reducedMotion });
    await page.evaluate(() => {
      window.testPage.fail('the engine ended');
    });
    await page.evaluate(
      ([points, clusters]) => {
        window.testPage.map(points, clusters);
      },
      [POINTS, CLUSTERS] as const,
    );
    await expect(component.getByRole('alert')).toContainText('the engine ended');
    await page.evaluate(() => {
      window.testPage.fail('');
    });
    await component.getByRole('button', { name: 'Try again' }).click();
    await expect(component).toContainText('They are being arranged');
    // The sides of the map are exchanged.
    await page.evaluate(
      ([points, clusters]) => {
        window.testPage.map(points, clusters, 'neighbors');
      },
      [POINTS.map(([x, y]) => [1 - x, y] as const), CLUSTERS] as const,
    );
    await expect(component).toContainText('Each face lies among those most similar to it');
    await component.locator('.map').focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await expect(component.getByRole('status')).toContainText('Smiling women');
  }
});

test('the map stays as it was while something else is shown in its place', async ({
  mountComponent,
}) => {
  const { page, component, at } = await mountMap(mountComponent);
  await page.evaluate(
    ([points, clusters]) => {
      window.testPage.map(points, clusters, 'neighbors');
    },
    [POINTS, CLUSTERS] as const,
  );
  await expect(component).toContainText('Each face lies among those most similar to it');
  await page.mouse.move(at(6).x + 60, at(6).y + 40);
  await page.mouse.down();
  await page.mouse.move(at(6).x + 110, at(6).y + 60, { steps: 5 });
  await page.mouse.up();
  await component.evaluate(async (map) => {
    const parent = map.parentNode!;
    map.remove();
    await new Promise(requestAnimationFrame);
    parent.append(map);
    (map as HTMLElement & { requestUpdate(): void }).requestUpdate();
    // Two frames, in which the map could be asked for, and be shown as a whole.
    for (let i = 0; i < 2; i++) await new Promise(requestAnimationFrame);
  });
  await expect(component).toContainText('Each face lies among those most similar to it');
  await page.mouse.move(at(6).x + 50, at(6).y + 20);
  await expect(component.locator('.card')).toContainText('image-6.jpg');
});

test('the map beside the cards is asked for when it is opened', async ({ mountComponent }) => {
  const { page, component } = await mountComponent('fc-overview', {
    clustering: clusteringState(),
    generation: 1,
  });
  await expect(component.locator('fc-face-map')).toHaveCount(0);
  await component.getByRole('button', { name: 'Map', exact: true }).click();
  await expect(component).toContainText('Placing the faces…');
  await page.evaluate(() => {
    window.testPage.map([], []);
  });
  await expect(component).toContainText('There are no faces.');
});

test("the panel's content security policy allows all of the map", async ({
  browserOfComponents,
  script,
}) => {
  const body = await panelHtml('http://panel.test/page.js');
  const page = await browserOfComponents.newPage();
  await page.route('http://panel.test/**', (route) =>
    route.request().url().endsWith('.js')
      ? route.fulfill({ contentType: 'text/javascript', body: script })
      : route.fulfill({ contentType: 'text/html', body }),
  );
  const violations: string[] = [];
  await page.exposeFunction('report', (text: string) => violations.push(text));
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      (window as unknown as { report: (text: string) => void }).report(
        `${event.violatedDirective} ${event.sourceFile}:${String(event.lineNumber)}`,
      );
    });
  });
  await page.goto('http://panel.test/');
  violations.length = 0; // Zod tries whether code can be made of text, and does without
  const mount: Mount = async (tag, properties) => {
    await page.evaluate(([name, values]) => window.testPage.mount(name, values), [
      tag,
      properties,
    ] as const);
    return new Mounted(page, tag);
  };
  const { component, at } = await mountMap(mount);
  await page.mouse.move(at(4).x, at(4).y);
  await expect(component.locator('.card img')).toBeVisible();
  await component.locator('#colorBy').click();
  await component.getByRole('option', { name: 'Smiling' }).click();
  await expect(component.getByRole('img')).toBeVisible();
  expect(violations).toEqual([]);
  await page.close();
});
