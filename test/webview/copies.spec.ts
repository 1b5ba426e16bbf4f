/** Copies of pictures: shown once, listed, and left out of the clusters. */
import { expect, test } from './components';
import { panelState } from './panel-states';

/** The cluster of the test page that has five pictures, each three times. */
const WITH_COPIES = 9;

test('copies are shown once with their number, and unfolded on request', async ({
  mountComponent,
}) => {
  const { component } = await mountComponent('fc-face-grid', { cluster: WITH_COPIES, size: 15 });
  const faces = component.locator('.face');
  await expect(faces).toHaveCount(5);
  await expect(faces.first()).toHaveAccessibleName('image-0.jpg: show the photo, with 2 copies');
  await expect(faces.first()).toContainText('×3');
  await expect(component).toContainText('10 copies of these pictures are not shown.');
  await component.getByRole('button', { name: 'Show copies' }).click();
  await expect(faces).toHaveCount(15);
  await component.getByRole('button', { name: 'Show each picture once' }).click();
  await expect(faces).toHaveCount(5);
});

test('copies are listed by their pictures, and left out of clusters', async ({
  mountComponent,
}) => {
  const panel = panelState({ copies: { copies: 10, originals: 5 } });
  const mounted = await mountComponent('fc-app', { panel });
  const list = mounted.component.locator('fc-copies-list');
  await list.getByText('10 copies of 5 pictures, shown once').click();
  await expect(list.locator('li')).toHaveCount(5);
  await expect(list.locator('li').nth(1).locator('.face')).toHaveCount(3);
  await expect(list.locator('li').nth(1)).toContainText('image-3.jpg, image-4.jpg, image-5.jpg');
  await list.locator('#leaveOut').click();
  expect((await mounted.sent()).at(-1)).toEqual(['settings', { changes: { copies: 'leaveOut' } }]);
  const settings = { ...panel.settings, copies: 'leaveOut' as const };
  await mounted.update({ panel: { ...panel, settings } });
  await expect(list).toContainText('left out of the clusters');
  await expect(list.locator('#leaveOut')).toHaveText(/Cluster copies, too/);
});
