import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { accessibilityFaults } from './accessibility';
import { luminance, textContrast, variety } from './pictures';
import { THEMES } from './themes';
import { expect, test } from './vscode';

/** The document of a panel is VS Code's. */
const OF_VS_CODE = ['document-title', 'html-has-lang'];

/** Where the pictures are left to be looked at. */
const PICTURES = fileURLToPath(new URL('../../test-results/themes', import.meta.url));

for (const { name, background, readable } of THEMES) {
  test(`in ${name} everything is there and text is readable`, async ({ workbench }) => {
    await workbench.settings({ 'workbench.colorTheme': name });
    await workbench.open();
    await workbench.clusterFaces('portraits');
    const panel = await workbench.panel();
    await expect(panel.locator('fc-cluster-card .eigenface img').first()).toBeVisible();
    await expect(panel.locator('fc-cluster-card .faces .face').first()).toBeVisible();
    await workbench.sidePanel();
    await expect(workbench.treeRow(/portraits.*71 faces, 16 clusters/)).toBeVisible();
    await mkdir(PICTURES, { recursive: true });
    const whole = await workbench.page.screenshot({ path: join(PICTURES, `${name}.png`) });
    expect(await variety(whole)).toBeGreaterThan(10);

    const pieces = [
      'h1',
      '.figures',
      'fc-cluster-card #open',
      'fc-cluster-card .figures',
      'fc-difference-chart .name',
      'fc-difference-chart .value',
      'vscode-button',
    ];
    for (const piece of pieces) {
      const picture = await panel.locator(piece).first().screenshot();
      const { ratio, background: colour } = await textContrast(picture);
      expect(ratio, `contrast of ${piece}`).toBeGreaterThanOrEqual(readable);
      if (piece === 'h1')
        expect(background(luminance(colour)), `background ${colour.join()}`).toBe(true);
    }
    expect(await accessibilityFaults(panel, OF_VS_CODE), 'the overview').toEqual([]);
    await panel.locator('fc-cluster-card #open').first().click();
    await expect(panel.locator('fc-face-grid .face').first()).toBeVisible();
    // Prominent and other bars do not look alike.
    const bar = (kind: string) =>
      panel
        .locator(`fc-occurrence-chart li.${kind} .bar`)
        .first()
        .evaluate((element) => getComputedStyle(element).fill);
    expect(await bar('prominent')).not.toBe(await bar('absent'));
    expect(await accessibilityFaults(panel, OF_VS_CODE), 'a cluster').toEqual([]);
    await panel.locator('fc-cluster-view #compare').click();
    await expect(panel.locator('fc-pair-view .difference canvas')).toBeVisible();
    // What is more and what is less in the first cluster can be seen.
    const second = panel.locator('fc-pair-view #second');
    await second.selectOption({ index: 4 });
    for (const kind of ['more', 'less']) {
      const bars = panel.locator(`fc-pair-view fc-difference-chart .${kind}`);
      const fill = await bars.first().evaluate((element) => getComputedStyle(element).fill);
      expect(fill, kind).toMatch(/^rgb\(/); // opaque
    }
    expect(await accessibilityFaults(panel, OF_VS_CODE), 'two clusters').toEqual([]);
    await workbench.page.screenshot({ path: join(PICTURES, `${name} two clusters.png`) });
    await workbench.page.keyboard.press('Escape');
    await panel.locator('fc-face-grid .face').first().click();
    await expect(panel.locator('fc-photo-dialog .boxes rect').first()).toBeVisible();
    expect(await accessibilityFaults(panel, OF_VS_CODE), 'a photo').toEqual([]);
    await workbench.page.screenshot({ path: join(PICTURES, `${name} photo.png`) });
    await workbench.page.keyboard.press('Escape');
    await workbench.page.screenshot({ path: join(PICTURES, `${name} cluster.png`) });
  });
}
