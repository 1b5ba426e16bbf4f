/** axe-core finds nothing in any state. Colors are checked in VS Code, which has them. */
import { accessibilityFaults } from '../vscode/accessibility';
import { expect, test } from './components';
import { clusteringState, panelState } from './panel-states';

/** The page of these tests has neither a title and language nor VS Code's colors. */
const NOT_HERE = ['color-contrast', 'document-title', 'html-has-lang'];

const corrected = () => {
  const clustering = clusteringState();
  clustering.clusters[0]!.said = { name: 'Anna', note: 'a note', formerNames: ['Ben'] };
  clustering.corrections = {
    logBytes: 1,
    count: 1,
    undo: { text: 'Named a cluster', at: '' },
    redo: null,
    missed: [{ text: 'Named a cluster “Cem”', reason: 'gone' }],
  };
  return clustering;
};

const STATES = {
  'the overview': panelState(),
  'a cluster': panelState({ selected: 0 }),
  'corrected clusters': panelState({ clustering: corrected(), undo: 'Named a cluster' }),
  'a corrected cluster': panelState({ clustering: corrected(), selected: 0 }),
  copies: panelState({ copies: { copies: 10, originals: 5 } }),
  'what changed': panelState({ earlier: 'before' }),
  'no clusters': panelState({ clustering: null }),
  'a failure': panelState({ problem: { message: 'It failed', retry: true } }),
  progress: panelState({ progress: { stage: 'cluster', done: 1, total: 3, failed: 0 } }),
  'waiting for trust': panelState({ waits: true, run: null, clustering: null }),
  'the curves of auto': panelState({
    clustering: clusteringState({
      curve: [2, 3, 4].map((clusters) => ({
        clusters,
        silhouette: 0.5,
        inertia: 1,
        gap: 0.1,
        gapError: 0.1,
      })),
    }),
  }),
  'a dendrogram': panelState({
    clustering: clusteringState({
      tree: [
        { a: 0, b: 1, height: 1, size: 50 },
        { a: 3, b: 2, height: 2, size: 60 },
      ],
    }),
  }),
};

for (const [state, panel] of Object.entries(STATES)) {
  test(`${state}: nothing that axe-core finds`, async ({ mountComponent }) => {
    const { page } = await mountComponent('fc-app', { panel });
    await page.waitForTimeout(300);
    expect(await accessibilityFaults(page, NOT_HERE)).toEqual([]);
  });
}

test('what opens: nothing that axe-core finds', async ({ mountComponent }) => {
  const { component, page } = await mountComponent('fc-app', { panel: panelState() });
  const faults = async () => accessibilityFaults(page, NOT_HERE);
  await component.locator('#tune').click();
  await component.getByText('Custom Weights…').click();
  expect(await faults(), 'tuning').toEqual([]);
  await component.locator('fc-cluster-card').first().locator('fc-menu #button').click();
  expect(await faults(), 'a menu').toEqual([]);
  await page.keyboard.press('Escape');
  await component.locator('#map').click();
  expect(await faults(), 'the map').toEqual([]);
  await component.getByRole('searchbox').fill('glasses');
  await page.keyboard.press('Enter');
  await component.locator('.pick').first().check({ force: true });
  await page.waitForTimeout(300);
  expect(await faults(), 'an answer with a selection').toEqual([]);
  await component.locator('fc-answer-view .face').nth(1).click();
  await page.waitForTimeout(300);
  expect(await faults(), 'a photo').toEqual([]);
});
