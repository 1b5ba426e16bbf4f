/** Every place in which the host shows foreign text, with names that attack it. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type * as vscode from 'vscode';
import { analyzeRun } from '../../src/host/commands/analyze-run';
import { copyImages } from '../../src/host/commands/copy-images';
import { copyPaths } from '../../src/host/commands/copy-paths';
import { registerCommands } from '../../src/host/commands/commands';
import {
  mergeClusters,
  renameCluster,
  splitCluster,
} from '../../src/host/commands/correct-clusters';
import { ImageLists } from '../../src/host/commands/image-lists';
import { ask, createLog, showInStatusBar, withProgress } from '../../src/host/outlets';
import { DatasetPanel } from '../../src/host/panels/dataset-panel';
import { Panels } from '../../src/host/panels/panels';
import { SettingHistory } from '../../src/host/settings/setting-history';
import { type ClusterNode, RunTree } from '../../src/host/side-panel/run-tree';
import { StatusBar } from '../../src/host/status-bar';
import { UserError } from '../../src/util/errors';
import { bundled } from '../support/engine';
import { fakeEngine } from '../support/fake-engine';
import { HOSTILE_NAMES, UNSEEN } from '../support/hostile-names';
import { clusteringOf, keptRun } from '../support/runs';
import {
  fakePanel,
  MarkdownString,
  registered,
  reset,
  shownBy,
  state,
  statusBar,
  TreeItem,
  Uri,
} from '../support/vscode';

beforeEach(reset);
afterEach(reset);

/** The pattern of links in messages of VS Code (`parseLinkedText`). */
const LINK = /\[([^\]]+)\]\(((?:https?:\/\/|command:|file:)[^)\s]+)(?: (["'])(.+?)(\3))?\)/i;
const ICON = /\$\([A-Za-z0-9-]+(~[A-Za-z]+)?\)/;
/** Characters with a meaning in Markdown; escapes are removed before. */
const MARKDOWN = /[!"#$%&'()*+,\-./:;<=>?@[\\\]^_`{}~]/;

const NAMES = HOSTILE_NAMES.map((name) => [name.slice(0, 40), name] as const);
const extensionUri = Uri.file('/extension') as unknown as vscode.Uri;
const log = createLog('test');

/** A run with a folder, an image and an attribute of that name. */
async function runOf(name: string) {
  const engine = fakeEngine();
  const folder = `/photos/${name}`;
  const manifest = {
    modelAttributes: [name],
    trials: [{ provider: 'cpu' as const, used: true, reason: name }],
    failures: [{ image: name, reason: name }],
    faceless: [name],
  };
  const { library, session } = await keptRun(
    engine,
    [folder],
    manifest,
    clusteringOf({ [name]: 1 }),
  );
  await session.load();
  const node: ClusterNode = { kind: 'cluster', session, cluster: session.clustering!.clusters[0]! };
  return { engine, library, session, node, folder };
}

describe.each(NAMES)('a name like %j', (_, name) => {
  it('is harmless in messages and does not cut them off', async () => {
    const { engine, session, node } = await runOf(name);
    engine.answers.analyze = new UserError(`cannot read '${name}': this is why`);
    await analyzeRun(session, {
      library: undefined as never,
      panels: { sessions: [] } as never,
      log,
    });
    expect(shownBy('error').at(-1)).toMatch(/: this is why$/);

    state.opened = [Uri.file(`/target/${name}`)];
    state.picks = ['Copies', 'Choose a folder…'];
    engine.answers.copyImages = {
      copied: 1,
      there: 0,
      failures: [{ image: name, reason: 'EACCES' }],
      folder: `/copies/${name}`,
    };
    await copyImages(node);
    expect(shownBy('warning').at(-1)).toMatch(
      /^1 image of “Faces.*” copied to '.*could not be copied; the first, '.*': EACCES\.$/,
    );

    engine.answers.clusterPaths = [`/photos/${name}`];
    await copyPaths(node);
    const messages = ['information', 'warning', 'error', 'progress'].flatMap(shownBy);
    expect(messages.length).toBeGreaterThan(3);
    for (const text of messages) {
      expect(text).not.toMatch(LINK);
      expect(text).not.toMatch(UNSEEN);
      expect(text.length).toBeLessThan(1000);
    }
  });

  it('is harmless in dialogs, in the progress of the window and in the status bar', async () => {
    void ask('warning', name, `first line\n${name.replaceAll('\n', ' ')}`);
    await withProgress(name, 'window', (report) => {
      report({ message: name });
      return Promise.resolve();
    });
    showInStatusBar(name, 1);
    expect(shownBy('warning')[0]).not.toMatch(LINK);
    expect(shownBy('detail')[0]!.split('\n')).toHaveLength(2);
    for (const line of shownBy('detail')[0]!.split('\n')) expect(line).not.toMatch(UNSEEN);
    const labels = [...shownBy('window progress'), ...shownBy('status bar')];
    expect(labels).toHaveLength(3);
    for (const label of labels) {
      expect(label).not.toMatch(ICON);
      expect(label).not.toMatch(UNSEEN);
    }
  });

  it('is harmless where clusters are corrected, and in the item of the status bar', async () => {
    const { library, session, node } = await runOf(name);
    state.typed = [];
    await renameCluster(node);
    await mergeClusters(node, []);
    await splitCluster({ ...node, cluster: { ...node.cluster, size: 5 } });
    session.jobs.progress = { stage: 'cluster', done: 0, total: 0, failed: 0 };
    vi.spyOn(session, 'isBusy').mockReturnValue(true);
    const panels = { active: undefined, onDidChangeActive: () => ({ dispose: () => undefined }) };
    new StatusBar(library, panels as unknown as Panels);
    const item = statusBar.text.replace('$(sync~spin) ', '');
    const labels = [...shownBy('input box'), ...shownBy('quick pick'), item];
    expect(labels.length).toBeGreaterThan(5);
    for (const label of labels) {
      expect(label).not.toMatch(ICON);
      expect(label).not.toMatch(UNSEEN);
    }
  });

  it('is harmless in the side panel and its tooltips', async () => {
    const { library, session, node } = await runOf(name);
    session.jobs.problem = { message: name, retry: true };
    const tree = new RunTree(library, Promise.resolve());
    const run = tree.getTreeItem({ kind: 'run', session }) as unknown as TreeItem;
    const cluster = tree.getTreeItem(node) as unknown as TreeItem;
    for (const text of [
      run.label,
      run.description,
      ...(run.tooltip as string).split('\n'),
      cluster.label,
      cluster.description,
    ]) {
      expect(text).not.toMatch(ICON);
      expect(text).not.toMatch(UNSEEN);
      expect(text!.length).toBeLessThanOrEqual(300);
    }
    expect(cluster.tooltip).toBeInstanceOf(MarkdownString);
    const lines = (cluster.tooltip as MarkdownString).value.split('\n');
    expect(lines).toHaveLength(5);
    const [, cell, share] = lines[4]!.split(/(?<!\\)\|/);
    expect(cell!.replaceAll(/\\[!-/:-@[-`{-~]/g, '')).not.toMatch(MARKDOWN);
    expect(share).toBe(' 100 \\% ');
  });

  it('is harmless in quick picks, titles of panels and the log', async () => {
    const { library, session, engine } = await runOf(name);
    const history = new SettingHistory();
    const panels = new Panels(
      library,
      { extensionUri, history, log, onSelect: () => undefined },
      Promise.resolve(),
    );
    registerCommands({
      library,
      loaded: Promise.resolve(),
      panels,
      history,
      log,
      engine: engine.client,
      storeDir: '',
      networksDir: '',
      root: '',
      selected: () => undefined,
      exploreDataset: () => undefined,
    });
    await (registered.get('faceClusters.chooseAttributes') as unknown as () => Promise<void>)();
    const panel = fakePanel();
    await panels.deserializeWebviewPanel(panel as unknown as vscode.WebviewPanel, {
      runId: session.id,
      selected: null,
    });
    const context = { extensionUri, engine: engine.client, bundled, storeDir: '', history, log };
    const dataset = fakePanel();
    await DatasetPanel.serializer(context).deserializeWebviewPanel(
      dataset as unknown as vscode.WebviewPanel,
      {
        folder: `/data/${name}`.slice(0, 40_000),
        attributes: [],
        dropZero: 0,
      },
    );
    const labels = [...shownBy('quick pick'), panel.title, dataset.title];
    expect(labels).toHaveLength(4);
    for (const label of labels) {
      expect(label).not.toMatch(ICON);
      expect(label).not.toMatch(UNSEEN);
    }
    panel.call('trouble', { message: name.slice(0, 2000) });
    log.error(new Error(name));
    for (const entry of shownBy('log')) {
      expect(entry.replaceAll(/\n {4}/g, '').replaceAll('\t', '')).not.toMatch(UNSEEN);
      expect(entry.length).toBeLessThan(100_000);
    }
    expect(shownBy('log')).toHaveLength(2);
  });

  it('is no formula in the lists of images', async () => {
    const { library, session } = await runOf(name);
    const lists = new ImageLists(library);
    for (const list of ['failed.csv', 'without-face.csv']) {
      const uri = Uri.from({
        scheme: 'x',
        path: `/${session.id}/${list}`,
      }) as unknown as vscode.Uri;
      const [, row] = lists.provideTextDocumentContent(uri).split('\n');
      expect(row!.replace(/^"/, '')).not.toMatch(/^[=+\-@\t\r＝]/);
    }
  });
});

describe('the lists of images', () => {
  it('do not include other properties of objects', async () => {
    const { library, session } = await runOf('a');
    const uri = Uri.from({
      scheme: 'x',
      path: `/${session.id}/constructor`,
    }) as unknown as vscode.Uri;
    expect(new ImageLists(library).provideTextDocumentContent(uri)).toBe('');
  });
});

describe('copying paths', () => {
  it('leaves out paths that would become two paths or terminal commands, with a warning', async () => {
    const { engine, node } = await runOf('a');
    const good = ['/photos/a b.jpg', "/photos/it's.jpg", '/photos/صورة.jpg'];
    const bad = [
      '/photos/x\n/etc/passwd',
      '/photos/\u001B[201~rm -rf .jpg',
      '/photos/\uFFFD.jpg',
      '/photos/a\rb.jpg',
      '/photos/a\u2028b.jpg',
    ];
    engine.answers.clusterPaths = [bad[0], good[0], ...bad.slice(1), ...good.slice(1)];
    await copyPaths(node);
    expect(state.clipboard).toBe(good.map((path) => `${path}\n`).join(''));
    expect(shownBy('status bar')).toEqual([]);
    expect(shownBy('warning')).toEqual([
      '3 paths of “Faces” copied to the clipboard. 5 paths were left out because of line breaks, control characters or bytes that are not text; ' +
        "the first is '/photos/x⟨U+000A⟩/etc/passwd'.",
    ]);
  });

  it('does not change the clipboard if every path is left out', async () => {
    const { engine, node } = await runOf('a');
    engine.answers.clusterPaths = ['/photos/x\ny.jpg'];
    await copyPaths(node);
    expect(state.clipboard).toBeUndefined();
    expect(shownBy('warning')[0]).toMatch(
      /^Nothing was copied to the clipboard\. 1 path was left out/,
    );
  });
});
