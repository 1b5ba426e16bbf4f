/** Mounts Lit components of the panel, one at a time, in a real browser. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { test as base, chromium, type Browser, type Locator, type Page } from '@playwright/test';
import { build } from 'esbuild';
import { CHROMIUM, FLAGS } from './chromium';
import type { Sent } from './page';

export { expect } from '@playwright/test';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A component in a page of its own. */
export class Mounted {
  constructor(
    readonly page: Page,
    readonly tag: string,
  ) {}

  get component(): Locator {
    return this.page.locator(this.tag);
  }

  update(properties: Record<string, unknown>): Promise<void> {
    return this.page.evaluate((values) => window.testPage.update(values), properties);
  }

  /** What the component has sent to the host. */
  sent(): Promise<Sent[]> {
    return this.page.evaluate(() => window.testPage.sent());
  }
}

export type Mount = (tag: string, properties: Record<string, unknown>) => Promise<Mounted>;

export const test = base.extend<
  { mountComponent: Mount },
  { browserOfComponents: Browser; script: string }
>({
  script: [
    // eslint-disable-next-line no-empty-pattern -- Playwright reads which fixtures are needed from it
    async ({}, use) => {
      const { outputFiles } = await build({
        entryPoints: [`${ROOT}/test/webview/page.ts`],
        tsconfig: `${ROOT}/test/webview/tsconfig.json`,
        bundle: true,
        write: false,
        format: 'iife',
        target: 'chrome120',
        logLevel: 'warning',
      });
      await use(outputFiles[0]!.text);
    },
    { scope: 'worker' },
  ],
  browserOfComponents: [
    // eslint-disable-next-line no-empty-pattern -- see above
    async ({}, use) => {
      const browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
      await use(browser);
      await browser.close();
    },
    { scope: 'worker' },
  ],
  mountComponent: async ({ browserOfComponents, script }, use) => {
    const page = await browserOfComponents.newPage({ viewport: { width: 900, height: 700 } });
    const errors: Error[] = [];
    page.on('pageerror', (error) => errors.push(error));
    await page.setContent('<!doctype html><html lang="en"><body></body></html>');
    await page.addScriptTag({ content: script });
    await use(async (tag, properties) => {
      await page.evaluate(([name, values]) => window.testPage.mount(name, values), [
        tag,
        properties,
      ] as const);
      return new Mounted(page, tag);
    });
    await page.close();
    if (errors.length > 0) throw errors[0]!;
  },
});

/** The page of the panel, as VS Code shows it. @param script URL of its script. */
export async function panelHtml(script: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [`${ROOT}/src/host/panels/panel-html.ts`],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
  });
  const code = Buffer.from(outputFiles[0]!.contents).toString('base64');
  const module = (await import(`data:text/javascript;base64,${code}`)) as {
    panelHtml: (script: string) => string;
  };
  return module.panelHtml(script);
}

/** A file of settings as package.json has them by default. */
export function defaultSettings(): Record<string, unknown> {
  const text = readFileSync(`${ROOT}/package.json`, 'utf8');
  const { contributes } = JSON.parse(text) as {
    contributes: { configuration: Configuration | Configuration[] };
  };
  const all = [contributes.configuration]
    .flat()
    .flatMap(({ properties }) => Object.entries(properties));
  return Object.fromEntries(
    all.map(([name, { default: value }]) => [name.replace(/^.*\./, ''), value]),
  );
}

interface Configuration {
  properties: Record<string, { default: unknown }>;
}
