/** Checks a page by axe-core, the accessibility engine of browsers' tools. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Frame, Page } from '@playwright/test';
import type { AxeResults } from 'axe-core';

const SOURCE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

declare global {
  interface Window {
    axe: { run: (context: Document, options: object) => Promise<AxeResults> };
  }
}

/**
 * @param without rules that do not apply.
 * @returns what axe-core finds wrong, a line for each element.
 */
export async function accessibilityFaults(
  page: Page | Frame,
  without: readonly string[] = [],
): Promise<string[]> {
  // Evaluated by the debugger, which the content security policy does not bind.
  await page.evaluate(await readFile(SOURCE, 'utf8'));
  const { violations } = await page.evaluate((rules) => {
    const disabled = Object.fromEntries(rules.map((rule) => [rule, { enabled: false }]));
    return window.axe.run(document, { rules: disabled, resultTypes: ['violations'] });
  }, without);
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id} (${help}): ${html}\n${failureSummary ?? ''}`),
  );
}
