/** What changed since a clustering that was kept. */
import { expect, test } from './components';
import { panelState } from './panel-states';

test('names the clusters that are matched, and shows the faces that moved', async ({
  mountComponent,
}) => {
  const mounted = await mountComponent('fc-app', { panel: panelState() });
  const { component, page } = mounted;
  await component.locator('#more #button').click();
  await component.getByRole('menuitem', { name: 'What Changed' }).click();
  expect((await mounted.sent()).at(-1)).toEqual(['changes', { id: 'before' }]);
  await mounted.update({ panel: panelState({ earlier: 'before' }) });
  const view = component.locator('fc-changes-view');
  await expect(view.getByRole('status')).toHaveText(
    '4 clusters then, 3 now. 6 of 57 faces moved to another cluster, 3 are new, 1 is gone.',
  );
  await expect(view).toContainText('Without a successor: “Hats”');
  const [first, third] = [view.locator('.cluster').nth(0), view.locator('.cluster').nth(1)];
  await expect(first).toContainText('was “Men” with 28 faces, 24 of them still here');
  await expect(first).toContainText('30 from “Women <b>”');
  await expect(first.locator('.face')).toHaveCount(6);
  await expect(first).toContainText('and 27 more');
  await expect(third).toContainText('new');
  await expect(view.locator('#back')).toBeFocused();
  await page.keyboard.press('Escape');
  expect((await mounted.sent()).at(-1)).toEqual(['changes', { id: null }]);
  await first.getByRole('button').first().click();
  expect((await mounted.sent()).at(-1)).toEqual(['select', { cluster: 0 }]);
});
