/** A window in German: nothing that a person meets is in English. */
import { readFileSync } from 'node:fs';
import { expect, test } from './vscode';

test.use({ language: 'de' });

const GERMAN = JSON.parse(
  readFileSync(new URL('../../l10n/bundle.l10n.de.json', import.meta.url), 'utf8'),
) as Record<string, string>;

/** Whole texts that differ in German, without placeholders. */
const ENGLISH = new Set(
  Object.entries(GERMAN)
    .filter(([english, german]) => english !== german && !english.includes('{'))
    .map(([english]) => english),
);

/** Every text that a page shows or tells a screen reader. */
const textsOf = () => {
  const found: string[] = [];
  const visit = (node: Node) => {
    if (node instanceof Element) {
      if (/^(style|script)$/i.test(node.tagName)) return;
      for (const name of ['aria-label', 'title', 'placeholder', 'alt'])
        found.push(node.getAttribute(name) ?? '');
      node.shadowRoot?.childNodes.forEach(visit);
    } else if (node.nodeType === Node.TEXT_NODE) found.push(node.textContent ?? '');
    node.childNodes.forEach(visit);
  };
  visit(document.documentElement);
  return found.map((text) => text.trim()).filter((text) => text !== '');
};

test('clusters faces in German', async ({ workbench }, info) => {
  await workbench.open();
  const { page } = workbench;
  await workbench.fromMenu('Gesichter gruppieren', 'portraits');
  const panel = await workbench.panel();
  const cards = panel.locator('fc-cluster-card');
  await cards.first().waitFor({ timeout: 120_000 });
  await expect(panel.locator('html')).toHaveAttribute('lang', 'de');

  await expect(panel.getByRole('toolbar', { name: 'Gruppierung' })).toBeVisible();
  await expect(panel.locator('fc-run-figures')).toContainText(/Gesichter in \d+ Bildern/);
  const seen = await panel.evaluate(textsOf);
  expect(seen.filter((text) => ENGLISH.has(text))).toEqual([]);
  await page.screenshot({ path: info.outputPath('panel.png') });

  // A question in German.
  const search = panel.getByRole('searchbox').or(panel.locator('input[type=search]')).first();
  await search.fill('Brille, nicht lächelnd');
  await expect(panel.locator('#ask')).toContainText('Brille, nicht lächelnd');
  await search.fill('');

  await cards.first().getByRole('button').first().click();
  await panel.getByRole('button', { name: 'Alle Cluster' }).waitFor();
  const inside = await panel.evaluate(textsOf);
  expect(inside.filter((text) => ENGLISH.has(text))).toEqual([]);
  await page.screenshot({ path: info.outputPath('cluster.png') });
  await panel.getByRole('button', { name: 'Alle Cluster' }).click();

  await workbench.sidePanel();
  await expect(workbench.treeRow(/Cluster/).first()).toContainText('Gesichter');
  await page.screenshot({ path: info.outputPath('side-panel.png') });

  await workbench
    .treeRow(/Gesicht/)
    .nth(1)
    .click();
  await page.keyboard.press('F2');
  await expect(page.locator('.quick-input-widget')).toContainText(
    'Leer: ein Name aus seinen Merkmalen',
  );
  await page.screenshot({ path: info.outputPath('name.png') });
});
