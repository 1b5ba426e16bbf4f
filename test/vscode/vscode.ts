/** A real VS Code in a real browser, with the packaged extension installed. */
import { execFileSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  test as base,
  chromium,
  expect,
  type BrowserContext,
  type Frame,
  type Locator,
  type Page,
} from '@playwright/test';
import { installCodeServer, installVsix, startCodeServer } from '../../scripts/code-server.mjs';
import { samplePortraits } from '../../scripts/samples.mjs';
import { CHROMIUM, FLAGS } from '../webview/chromium';
import { addLanguagePack } from './language-pack';

export { expect };

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

interface Server {
  origin: string;
  userDataDir: string;
  /** The folder of workspaces that are trusted together. */
  trusted: { folder: string; wasAsked: boolean };
}

/** A workspace on disk, opened in a window. */
export class Workbench {
  constructor(
    readonly page: Page,
    readonly folder: string,
    readonly server: Server,
  ) {}

  /**
   * Loads (again) the window on the workspace.
   * @param trust what VS Code's own question about the workspace is answered the first time. All
   * workspaces of one folder are trusted with the first of them, as a user may choose.
   */
  async open({ trust = true } = {}): Promise<void> {
    this.databasesOfOthers ??= await this.databases();
    await this.page.goto(`${this.server.origin}/?folder=${encodeURIComponent(this.folder)}`);
    const { trusted } = this.server;
    const isAmongTrusted = this.folder.startsWith(trusted.folder);
    if (isAmongTrusted && !trust) throw new Error('expected a foreign workspace: `isForeign`');
    if (!this.answered && !(isAmongTrusted && trusted.wasAsked)) {
      const answer = trust ? 'Yes, I trust the authors' : "No, I don't trust the authors";
      const question = this.page.locator('.monaco-dialog-box', {
        hasText: 'Do you trust the authors of the files in this folder?',
      });
      await question.waitFor({ timeout: 90_000 });
      if (isAmongTrusted) await question.getByText('Trust the authors of all files in').click();
      await question.getByText(answer).click();
      await question.waitFor({ state: 'hidden' });
      if (isAmongTrusted) trusted.wasAsked = true;
    }
    this.answered = true;
    await this.explorerRow().first().waitFor({ timeout: 90_000 });
  }

  /** Pids of the window's engines. Those of windows closed before take a while to end. */
  enginePids(): number[] {
    return allEnginePids().filter((pid) => !this.enginesOfOthers.includes(pid));
  }

  private readonly enginesOfOthers = allEnginePids();
  private answered = false;
  /** Databases of windows that were open before, of other workspaces. */
  private databasesOfOthers: string[] | undefined;

  private async databases(): Promise<string[]> {
    await this.page.goto(`${this.server.origin}/healthz`); // a page of the same origin
    return this.page.evaluate(async () =>
      (await indexedDB.databases()).flatMap(({ name }) => name ?? []),
    );
  }

  explorerRow(name?: string): Locator {
    const rows = this.page.locator('.explorer-folders-view .monaco-list-row');
    return name === undefined
      ? rows
      : rows.filter({ has: this.page.getByText(name, { exact: true }) });
  }

  async clusterFaces(...names: string[]): Promise<void> {
    await this.fromMenu('Cluster Faces', ...names);
  }

  /** Opens the workspace and shows the sample portraits in 16 clusters. */
  async clusterPortraits(): Promise<{ panel: Frame; cards: Locator }> {
    await this.open();
    await this.clusterFaces('portraits');
    const panel = await this.panel();
    const cards = panel.locator('fc-cluster-card');
    await expect(cards).toHaveCount(16);
    return { panel, cards };
  }

  /**
   * Right-clicks rows of the explorer and chooses an entry; the menu has it once the extension is
   * known.
   */
  async fromMenu(title: string, ...names: string[]): Promise<void> {
    for (const [i, name] of names.entries())
      await this.explorerRow(name).click({ modifiers: i === 0 ? [] : ['Control'] });
    const item = this.page.locator('.monaco-menu .action-item', { hasText: title });
    await expect(async () => {
      await this.explorerRow(names.at(-1)).click({ button: 'right' });
      await item.waitFor({ timeout: 1500 }).catch(async (error: unknown) => {
        await this.page.keyboard.press('Escape');
        throw error;
      });
    }).toPass({ timeout: 60_000 });
    await this.chooseFromMenu(title);
  }

  /** Chooses an entry of the menu that is open. */
  async chooseFromMenu(title: string): Promise<void> {
    const item = this.page.locator('.monaco-menu .action-item', { hasText: title });
    // VS Code ignores a click that follows the opening of a menu too closely, so that the click
    // that opens it chooses nothing.
    await expect(async () => {
      if (await item.isVisible()) await item.click({ timeout: 1000 });
      await item.waitFor({ state: 'hidden', timeout: 1000 });
    }).toPass({ timeout: 20_000 });
  }

  /** Chooses an entry of a list that VS Code asks with. */
  async pick(label: string): Promise<void> {
    const rows = this.page.locator('.quick-input-list .monaco-list-row');
    await rows.filter({ hasText: label }).first().click();
  }

  /** The frame the panel is drawn in. */
  async panel(element = 'fc-app'): Promise<Frame> {
    let found: Frame | undefined;
    await expect(async () => {
      found = undefined;
      for (const frame of this.page.frames()) {
        const app = await frame
          .locator(element)
          .count()
          .catch(() => 0);
        if (app > 0 && (await frame.locator(element).isVisible())) found = frame;
      }
      expect(found, 'the panel is open').toBeDefined();
    }).toPass({ timeout: 90_000 });
    return found!;
  }

  /**
   * Waits until VS Code has saved what is open, which it does once a minute, when it is idle.
   * @param state what the saved state holds.
   */
  async saved(state: RegExp): Promise<void> {
    const savedEditors = () =>
      this.page.evaluate(async (others) => {
        const texts: string[] = [];
        for (const { name } of await indexedDB.databases()) {
          if (name?.startsWith('vscode-web-state-db') !== true || others.includes(name)) continue;
          const database = await new Promise<IDBDatabase>((resolve, reject) => {
            const request = indexedDB.open(name);
            request.onsuccess = () => {
              resolve(request.result);
            };
            request.onerror = () => {
              reject(new Error(`cannot open ${name}`));
            };
          });
          const store = database.transaction('ItemTable').objectStore('ItemTable');
          texts.push(
            await new Promise<string>((resolve) => {
              const request = store.get('memento/workbench.parts.editor');
              request.onsuccess = () => {
                resolve(String(request.result));
              };
            }),
          );
          database.close();
        }
        return texts.join('\n');
      }, this.databasesOfOthers ?? []);
    await expect.poll(savedEditors, { timeout: 80_000 }).toMatch(state);
  }

  notification(text: string | RegExp): Locator {
    return this.page.locator('.notifications-toasts .notification-list-item', { hasText: text });
  }

  /**
   * Chooses a command of the palette, which has it once the extension is known, and which a window
   * that is still starting may close.
   */
  async command(title: string): Promise<void> {
    const row = this.page.locator('.quick-input-list .monaco-list-row', { hasText: title }).first();
    await expect(async () => {
      await this.page.keyboard.press('F1');
      await this.page.locator('.quick-input-widget input').fill(`>${title}`, { timeout: 1500 });
      await row.waitFor({ timeout: 1500 }).catch(async (error: unknown) => {
        await this.page.keyboard.press('Escape');
        throw error;
      });
    }).toPass({ timeout: 60_000 });
    await row.click();
  }

  /**
   * Answers VS Code's own dialog for a folder.
   * @param path of one without folders in it.
   * @param button that takes it.
   */
  async chooseFolder(path: string, button: string): Promise<void> {
    const dialog = this.page.locator('.quick-input-widget');
    const input = dialog.locator('input');
    const rows = dialog.locator('.monaco-list-row');
    // it looks at a folder of its own first, and takes that in place of what is typed meanwhile
    await rows.first().waitFor();
    await expect(async () => {
      if (await dialog.isHidden()) return;
      if ((await input.inputValue()) !== `${path}/`) await input.fill(`${path}/`);
      // A heading of the palette's that was open before may still be in the row.
      await expect(rows).toHaveText([/^\.\./], { timeout: 1500 });
      await expect(input).toHaveValue(`${path}/`, { timeout: 100 });
      await dialog.locator('.monaco-button', { hasText: button }).click({ timeout: 1000 });
      await dialog.waitFor({ state: 'hidden', timeout: 1500 });
    }).toPass({ timeout: 30_000 });
  }

  /** An action in the title of the active editor. */
  titleAction(title: string): Locator {
    return this.page.locator(`.editor-actions a.action-label[aria-label^="${title}"]`);
  }

  /** Titles of the entries of the command palette that contain a text. */
  async palette(text: string): Promise<string[]> {
    // What opens meanwhile may take the focus, and close the list again.
    await expect(async () => {
      await this.page.keyboard.press('F1');
      await this.page.locator('.quick-input-widget input').fill(`>${text}`, { timeout: 5_000 });
    }).toPass({ timeout: 30_000 });
    const rows = this.page.locator('.quick-input-list .monaco-list-row');
    await rows.first().waitFor();
    const titles = await rows.allInnerTexts();
    await this.page.keyboard.press('Escape');
    return titles.map((title) => title.split('\n')[0]!.trim());
  }

  /** Shows the side panel. */
  async sidePanel(): Promise<void> {
    const icon = this.page.locator('.activitybar .action-item', {
      has: this.page.locator('a[aria-label^="Face Clusters"]'),
    });
    if (!((await icon.getAttribute('class')) ?? '').includes('checked')) await icon.click();
    await this.page.locator('.pane-header, .title-label', { hasText: 'Cluster' }).first().waitFor();
  }

  treeRow(text: string | RegExp): Locator {
    return this.page.locator('.sidebar .monaco-list-row', { hasText: text });
  }

  /** Writes settings of the workspace, as a user would in settings.json. */
  async settings(values: Record<string, unknown>): Promise<void> {
    const file = join(this.folder, '.vscode', 'settings.json');
    const before = await readFile(file, 'utf8').then(
      (text) => JSON.parse(text) as Record<string, unknown>,
      () => ({}),
    );
    await mkdir(join(this.folder, '.vscode'), { recursive: true });
    await writeFile(file, JSON.stringify({ ...before, ...values }, null, 2));
  }

  /** Settings of the workspace. VS Code empties the file before it writes it again. */
  async readSettings(): Promise<Record<string, unknown>> {
    const file = join(this.folder, '.vscode', 'settings.json');
    let values: Record<string, unknown> = {};
    await expect(async () => {
      values = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
    }).toPass({ timeout: 10_000 });
    return values;
  }
}

export const test = base.extend<
  { workbench: Workbench; isForeign: boolean },
  { server: Server; window: BrowserContext; language: string; flags: string[] }
>({
  /** Of VS Code. */
  language: ['en', { scope: 'worker', option: true }],
  /** Of the browser, beside those of all tests. */
  flags: [[], { scope: 'worker', option: true }],
  server: [
    async ({ language }, use) => {
      const code = await installCodeServer();
      const vsix = (await readdir(join(ROOT, 'out'))).find((name) =>
        name.endsWith(`${process.platform}-${process.arch}.vsix`),
      );
      if (vsix === undefined)
        throw new Error("expected a packaged extension in out/: run 'npm run package' first");
      home = await mkdtemp(join(tmpdir(), 'face-clusters-vscode-'));
      const places = { userDataDir: join(home, 'data'), extensionsDir: join(home, 'extensions') };
      await installVsix(code, { ...places, vsix: join(ROOT, 'out', vsix) });
      const isEnglish = language === 'en';
      if (!isEnglish) await addLanguagePack(language, places.userDataDir);
      const server = await startCodeServer(code, {
        ...places,
        folder: home,
        ...(isEnglish ? {} : { locale: language }),
        settings: {
          'workbench.startupEditor': 'none',
          'workbench.secondarySideBar.defaultVisibility': 'hidden',
          'chat.disableAIFeatures': true,
          'files.simpleDialog.enable': true,
          // Workspaces are trusted as a user does it, or not.
          'security.workspace.trust.startupPrompt': 'once',
          // The machines of tests have no GPU to try.
          'faceClusters.provider': 'cpu',
        },
      });
      const trusted = { folder: join(home, 'workspaces'), wasAsked: false };
      await mkdir(trusted.folder);
      await use({ origin: server.origin, userDataDir: places.userDataDir, trusted });
      await server.stop();
      await rm(home, { recursive: true, force: true });
    },
    { scope: 'worker', timeout: 300_000 },
  ],
  // One browser for all: what it has cached and compiled of VS Code serves the next window.
  window: [
    async ({ server, flags }, use) => {
      const context = await chromium.launchPersistentContext(join(server.userDataDir, 'browser'), {
        executablePath: CHROMIUM,
        args: [...FLAGS, ...flags],
        viewport: { width: 1500, height: 950 },
      });
      await use(context);
      await context.close();
    },
    { scope: 'worker' },
  ],
  /** Whether VS Code asks about the workspace alone. */
  isForeign: [false, { option: true }],
  workbench: async ({ server, window, isForeign }, use, info) => {
    const parent = isForeign ? tmpdir() : server.trusted.folder;
    const folder = await mkdtemp(join(parent, 'workspace-'));
    await cp(await samplePortraits(), join(folder, 'portraits'), { recursive: true });
    const page = await window.newPage();
    const refused: string[] = [];
    page.on('console', (message) => {
      if (/Content Security Policy/i.test(message.text()) && /webview|nonce/.test(message.text()))
        refused.push(message.text());
    });
    await use(new Workbench(page, folder, server));
    if (info.status !== info.expectedStatus) {
      const seen = await page
        .locator('.notifications-toasts, .part.editor, .statusbar')
        .allInnerTexts();
      console.log(`the window shows: ${seen.join(' | ')}`);
      await page.screenshot({ path: info.outputPath('window.png') });
    }
    await page.close();
    expect(refused, 'nothing was refused by the content security policy').toEqual([]);
    await rm(folder, { recursive: true, force: true });
  },
});

/** Folder of the VS Code of these tests: others may run beside it. */
let home = '';

/** Pids of the engines of all windows. */
function allEnginePids(): number[] {
  const lines = execFileSync('ps', ['-eo', 'pid,args'], { encoding: 'utf8' }).split('\n');
  return lines
    .filter((line) => line.includes(home) && /face-clusters.*dist\/engine\.js/.test(line))
    .map((line) => Number(line.trim().split(/\s+/)[0]));
}
