import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type * as vscode from 'vscode';
import { diagnoseCuda } from '../../src/cuda/diagnose';
import { analyzeRun } from '../../src/host/commands/analyze-run';
import { registerCommands } from '../../src/host/commands/commands';
import { ContextKeys } from '../../src/host/context-keys';
import { createLog } from '../../src/host/outlets';
import { Panels } from '../../src/host/panels/panels';
import type { RunLibrary } from '../../src/host/runs/run-library';
import { readSettings } from '../../src/host/settings/configuration';
import { SettingHistory } from '../../src/host/settings/setting-history';
import { ClusterDrag } from '../../src/host/side-panel/cluster-drag';
import { RunTree } from '../../src/host/side-panel/run-tree';
import { StatusBar } from '../../src/host/status-bar';
import { CancelledError, UserError } from '../../src/util/errors';
import { fakeEngine } from '../support/fake-engine';
import { ROOT } from '../support/images';
import { packageManifest } from '../support/package-settings';
import { keptRun } from '../support/runs';
import {
  DataTransfer,
  DataTransferItem,
  fakePanel,
  registered,
  reset,
  shownBy,
  state,
  statusBar,
  Uri,
} from '../support/vscode';

interface MenuItem {
  command: string;
  when: string;
}
const manifest = packageManifest as {
  activationEvents: string[];
  contributes: {
    commands: { command: string; title: string }[];
    menus: Record<string, MenuItem[]>;
    keybindings: { command: string; key: string; when: string }[];
    walkthroughs: {
      steps: { description: string; completionEvents: string[]; media: { svg: string } }[];
    }[];
  };
};
const { commands, menus, keybindings, walkthroughs } = manifest.contributes;

/** A panel is the active editor, of folders or of a file. */
const IN_FRONT =
  'activeWebviewPanelId == faceClusters.clusters || activeCustomEditorId == faceClusters.file';
const keysOfRuns = ['hasClusters', 'hasCorrected'].map((key) => `faceClusters.${key}`);

vi.mock('../../src/cuda/diagnose');

beforeEach(reset);
afterEach(reset);

/** A stored run with its panel, and the commands. @param loaded as of the library. */
async function withCommands({ loaded = Promise.resolve() } = {}) {
  const engine = fakeEngine({ page: [], pictures: [], clusterPaths: ['/photos/a.jpg'] });
  const failures = [{ image: 'b.jpg', reason: 'not an image' }];
  const { library, session } = await keptRun(engine, ['/photos'], { failures });
  const history = new SettingHistory();
  const log = createLog('test');
  const extensionUri = Uri.file('/extension') as unknown as vscode.Uri;
  const panels = new Panels(
    library,
    { extensionUri, history, log, onSelect: () => undefined },
    Promise.resolve(),
  );
  const context = {
    library,
    panels,
    history,
    log,
    engine: engine.client,
    storeDir: '',
    networksDir: '',
    root: ROOT,
  };
  const disposables = registerCommands({
    ...context,
    loaded,
    selected: () => undefined,
    exploreDataset: () => undefined,
  });
  const panel = fakePanel();
  await panels.deserializeWebviewPanel(panel as unknown as vscode.WebviewPanel, {
    runId: 'kept',
    selected: null,
  });
  const execute = (name: string, ...args: unknown[]) =>
    (registered.get(`faceClusters.${name}`) as unknown as (...all: unknown[]) => Promise<void>)(
      ...args,
    );
  return { engine, library, session, history, panels, panel, execute, disposables };
}

/** The folder that was revealed in the explorer last. */
const revealed = () =>
  (state.executed.findLast(([command]) => command === 'revealInExplorer')?.[1] as Uri).fsPath;

const contextKeys = () =>
  Object.fromEntries(
    state.executed.flatMap(([command, key, value]) =>
      command === 'setContext' ? [[key as string, value]] : [],
    ),
  );

describe('the commands in package.json', () => {
  it('are exactly those the extension registers', async () => {
    registered.clear();
    await withCommands();
    expect(commands.map(({ command }) => command).sort()).toEqual([...registered.keys()].sort());
  });

  it('are all in the command palette, where they apply', () => {
    for (const { command, when } of menus.commandPalette ?? [])
      expect(when === IN_FRONT || /^faceClusters\.\w+$/.test(when), command).toBe(true);
  });

  it('have keys only where no text is typed', () => {
    for (const { command, key, when } of keybindings) {
      expect(commands.map((each) => each.command)).toContain(command);
      expect(when, `${command} (${key})`).toContain('!inputFocus');
      expect(when).toMatch(/focusedView == faceClusters\.runs && listFocus|activeCustomEditorId/);
    }
  });

  it('are completed by steps of the walkthrough that exist', () => {
    const learnt = ['faceClusters.hasLooked', 'faceClusters.hasAsked'];
    const names = commands.map(({ command }) => command);
    for (const { completionEvents, description, media } of walkthroughs[0]!.steps) {
      for (const event of completionEvents) {
        const [kind, name = ''] = event.split(':');
        if (kind === 'onCommand') expect(names).toContain(name);
        else expect([...learnt, ...keysOfRuns]).toContain(name);
      }
      for (const [, name] of description.matchAll(/command:([\w.]+)/g))
        expect(names).toContain(name);
      expect(readFileSync(join(ROOT, media.svg), 'utf8')).toContain('<svg');
    }
  });

  it('do not start the extension with every window', () => {
    expect(manifest.activationEvents).toEqual([
      'onWebviewPanel:faceClusters.clusters',
      'onWebviewPanel:faceClusters.dataset',
    ]);
  });

  it('are actions of the title of the panel', () => {
    const actions = (menus['editor/title'] ?? []).map(({ command, when }) => {
      // Images of a run that was opened from a file may not be there to be analyzed.
      if (command === 'faceClusters.refresh')
        expect(when).toBe('activeWebviewPanelId == faceClusters.clusters');
      else expect(when.startsWith(`(${IN_FRONT})`), command).toBe(true);
      return command.replace('faceClusters.', '');
    });
    expect(actions).toEqual([
      'refresh',
      'compare',
      'export',
      'openSettings',
      'undo',
      'saveClusters',
    ]);
  });
});

describe('a command', () => {
  it('knows the stored runs, though it may be what starts the extension', async () => {
    let listed: () => void = () => undefined;
    const loaded = new Promise<void>((resolve) => (listed = resolve));
    const { execute, library } = await withCommands({ loaded });
    const getOrCreate = vi.spyOn(library, 'getOrCreate');
    const ended = execute('clusterFaces', Uri.file(ROOT));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(getOrCreate).not.toHaveBeenCalled();
    listed();
    await vi.waitFor(() => {
      expect(getOrCreate).toHaveBeenCalledOnce();
    });
    library.getOrCreate([ROOT]).cancel();
    void ended;
  });
});

describe('a command without an argument', () => {
  it('applies to the only run', async () => {
    const { execute, session } = await withCommands();
    const cancel = vi.spyOn(session, 'cancel');
    const busy = vi.spyOn(session, 'isBusy').mockReturnValue(true);
    await execute('cancel');
    expect(cancel).toHaveBeenCalledOnce();
    busy.mockRestore();
    await execute('cancel');
    expect(shownBy('information')).toEqual(['Face Clusters: nothing is in progress.']);
  });

  it('applies to the run of the active panel', async () => {
    const { execute, library, panel, session } = await withCommands();
    library.getOrCreate(['/other']);
    panel.active = true;
    await execute('revealFolder');
    expect(revealed()).toBe(session.folders[0]);
    expect(shownBy('quick pick')).toEqual([]);
  });

  it('ignores arguments of other extensions and menus', async () => {
    const { execute, panel, session } = await withCommands();
    panel.active = true;
    await execute('revealFolder', Uri.file('/elsewhere'), { groupId: 0 });
    expect(revealed()).toBe(session.folders[0]);
  });

  it('asks which run is meant if there are several', async () => {
    const { execute, library } = await withCommands();
    library.getOrCreate(['/other']);
    state.picked = 'other';
    await execute('revealFolder');
    expect(shownBy('quick pick')).toEqual(['Clusters of which folder?', 'other', 'photos']);
    expect(revealed()).toBe('/other');
  });

  it('applies to the cluster that the active panel shows, or asks for one', async () => {
    const { execute, panel } = await withCommands();
    panel.active = true;
    state.picked = 'Faces';
    await execute('copyPaths');
    expect(shownBy('quick pick')).toEqual(['Which cluster?', 'Faces']);
    expect(state.clipboard).toBe('/photos/a.jpg\n');
    panel.call('watch');
    panel.call('select', { cluster: 0 });
    await vi.waitFor(() => {
      expect(panel.lastState()).toMatchObject({ selected: 0 });
    });
    await execute('copyPaths');
    expect(shownBy('quick pick'), 'not asked again').toHaveLength(2);
  });
});

describe('a command for a cluster', () => {
  it('corrects the cluster of the menu', async () => {
    const { execute, session } = await withCommands();
    await session.load();
    const correct = vi.spyOn(session, 'correct').mockResolvedValue({ kind: 'done' });
    const node = { kind: 'cluster', session, cluster: session.clustering!.clusters[0] };
    state.typed = [' Anna '];
    await execute('renameCluster', node);
    expect(correct).toHaveBeenLastCalledWith({ kind: 'name', cluster: 0, name: 'Anna' }, 0);
    state.typed = [''];
    await execute('renameCluster', node);
    expect(correct).toHaveBeenLastCalledWith({ kind: 'name', cluster: 0, name: null }, 0);
    await execute('pinCluster', node);
    expect(correct).toHaveBeenLastCalledWith({ kind: 'pin', cluster: 0, pinned: true }, 0);
    const other = { ...node, cluster: { ...node.cluster, id: 3 } };
    const elsewhere = { ...other, session: {} };
    await execute('mergeClusters', node, [node, other, elsewhere]);
    expect(correct).toHaveBeenLastCalledWith({ kind: 'merge', into: 0, others: [3] }, 0);
    correct.mockClear();
    await execute('splitCluster', node);
    expect(shownBy('error').at(-1)).toContain('a cluster of one face cannot be split');
    expect(correct).not.toHaveBeenCalled();
  });

  it.each(['renameCluster', 'noteCluster'])(
    'does not correct what got its number while the user was asked: %s',
    async (command) => {
      const { engine, execute, session } = await withCommands();
      await session.load();
      const [cluster] = session.clustering!.clusters;
      engine.answers.cluster = session.clustering;
      state.typed = ['Anna'];
      // Typing takes as long as clustering.
      vi.spyOn(state.typed, 'shift').mockImplementationOnce(() => {
        session.clusterings += 1;
        return 'Anna';
      });
      await execute(command, { kind: 'cluster', session, cluster });
      expect(shownBy('error')).toEqual([
        expect.stringContaining('The clusters were made anew meanwhile'),
      ]);
      expect(engine.asked).not.toContain('correct');
    },
  );

  it('tells why a correction fails', async () => {
    const { execute, session } = await withCommands();
    await session.load();
    const outcome = {
      kind: 'failed',
      message: 'no space left',
      retry: true,
      isDefect: false,
    } as const;
    vi.spyOn(session, 'correct').mockResolvedValue(outcome);
    await execute('pinCluster', { session, cluster: session.clustering!.clusters[0] });
    expect(shownBy('error')).toEqual(['Face Clusters: no space left']);
  });

  it('is dropped onto another one to merge both', async () => {
    const { session } = await withCommands();
    await session.load();
    const correct = vi.spyOn(session, 'correct').mockResolvedValue({ kind: 'done' });
    const [cluster] = session.clustering!.clusters;
    const nodeOf = (id: number) =>
      ({ kind: 'cluster', session, cluster: { ...cluster!, id } }) as const;
    const drag = new ClusterDrag();
    const data = new DataTransfer() as unknown as vscode.DataTransfer;
    drag.handleDrag([nodeOf(1), nodeOf(2), { kind: 'run', session }], data);
    await drag.handleDrop(nodeOf(0), data);
    expect(correct).toHaveBeenCalledExactlyOnceWith({ kind: 'merge', into: 0, others: [1, 2] }, 0);
    correct.mockClear();
    await drag.handleDrop({ kind: 'run', session }, data);
    await drag.handleDrop(nodeOf(-2), data);
    for (const text of [
      'no JSON',
      '{"run":"other","clusters":[1]}',
      '{"run":"kept","clusters":["x"]}',
    ]) {
      data.set(drag.dropMimeTypes[0]!, new DataTransferItem(text) as unknown as never);
      await drag.handleDrop(nodeOf(0), data);
    }
    expect(correct).not.toHaveBeenCalled();
  });
});

describe('the status bar', () => {
  it('shows a job under way, else the counts of the clusters in front, else nothing', async () => {
    const { library, session, panels, panel, engine } = await withCommands();
    const bar = new StatusBar(library, panels);
    expect(statusBar.visible).toBe(false);
    await session.load();
    panel.active = true;
    session.emit('state');
    expect(statusBar).toMatchObject({
      visible: true,
      text: '$(organization) 1 face, 1 cluster',
      command: { command: 'faceClusters.runs.focus' },
    });
    panel.active = false;
    session.emit('state');
    expect(statusBar.visible).toBe(false);
    delete engine.answers.cluster;
    void session.cluster();
    await vi.waitFor(() => {
      expect(statusBar).toMatchObject({
        visible: true,
        text: '$(sync~spin) photos: Clustering',
        command: { command: 'faceClusters.openRun', arguments: [{ kind: 'run', session }] },
      });
    });
    bar.dispose();
    expect(library.listenerCount('progress')).toBe(0);
  });
});

describe('the panels', () => {
  it('are one for each run, also where a tab behind others is restored late', async () => {
    const { panels, panel, session } = await withCommands();
    const late = fakePanel();
    const close = vi.spyOn(late, 'dispose');
    const memento = { runId: 'kept', selected: null };
    await panels.deserializeWebviewPanel(late as unknown as vscode.WebviewPanel, memento);
    expect(close).toHaveBeenCalledOnce();
    panel.active = true;
    expect(panels.active?.session).toBe(session);
    panel.dispose();
    expect(panels.sessions).toEqual([]);
  });
});

describe('the context keys', () => {
  it('follow the runs and the changes of settings', async () => {
    const { library, history, session } = await withCommands();
    const keys = new ContextKeys(library, history);
    expect(contextKeys()).toEqual({
      'faceClusters.hasRuns': true,
      'faceClusters.hasClusters': true,
      'faceClusters.hasFailures': true,
      'faceClusters.hasImagesWithoutFace': false,
      'faceClusters.isBusy': false,
      'faceClusters.canUndo': false,
      'faceClusters.canRedo': false,
      'faceClusters.hasCorrected': false,
    });
    void session.analyze();
    expect(contextKeys()).toMatchObject({ 'faceClusters.isBusy': true });
    await history.change({ clusters: 5 }, readSettings().settings);
    expect(contextKeys()).toMatchObject({ 'faceClusters.canUndo': true });
    await history.undo();
    expect(contextKeys()).toMatchObject({ 'faceClusters.canUndo': false });
    await library.remove(session);
    expect(contextKeys()).toMatchObject({
      'faceClusters.hasRuns': false,
      'faceClusters.hasFailures': false,
    });
    keys.dispose();
  });

  it('are those of the when clauses', async () => {
    const { library, history } = await withCommands();
    new ContextKeys(library, history);
    const used =
      JSON.stringify([menus, walkthroughs]).match(/faceClusters\.(has\w+|isBusy|can[UR]\w+)\b/g) ??
      [];
    const ofRuns = used.filter((key) => !/has(?:Looked|Asked)$/.test(key));
    expect([...new Set(ofRuns)].sort()).toEqual(Object.keys(contextKeys()).sort());
  });
});

describe('listeners', () => {
  it('are removed with the panel and with the extension', async () => {
    const { library, session, history, panels, panel, disposables } = await withCommands();
    const before = session.listenerCount('state');
    panel.dispose();
    expect(session.listenerCount('state')).toBe(before - 1);
    expect(session.listenerCount('progress')).toBe(1); // of the library
    expect(panels.sessions).toEqual([]);

    const parts = [new ContextKeys(library, history), new RunTree(library, Promise.resolve())];
    expect(library.listenerCount('change')).toBe(2);
    for (const part of [...parts, ...disposables, panels]) part.dispose();
    expect(library.listenerCount('change')).toBe(0);
    expect(registered.size).toBe(0);
  });
});

describe('a first analysis', () => {
  /** A folder of which nothing was analyzed yet. */
  async function fresh(answer: unknown) {
    const parts = await withCommands();
    parts.engine.answers.analyze = answer;
    const { library, panels } = parts;
    const session = library.getOrCreate(['/empty']);
    const log = createLog('test');
    const analyze = () => analyzeRun(session, { library, panels, log });
    return { ...parts, analyze };
  }
  const folders = (library: RunLibrary) => library.all.map((each) => each.folders[0]);

  it('leaves nothing in the side panel where it fails, and offers another folder', async () => {
    const { analyze, library, engine } = await fresh(new UserError("no images in '/empty'"));
    state.answer = 'Choose Another Folder…';
    state.opened = undefined; // the dialog is cancelled
    await analyze();
    expect(shownBy('error')).toEqual(["Face Clusters: No images in '/empty'"]);
    expect(folders(library)).toEqual(['/photos']);
    expect(engine.asked.filter((name) => name === 'analyze')).toHaveLength(1);
  });

  it('leaves nothing in the side panel where it is cancelled', async () => {
    const { analyze, library } = await fresh(new CancelledError());
    await analyze();
    expect(shownBy('information')).toEqual(['Cancelled; nothing was stored.']);
    expect(folders(library)).toEqual(['/photos']);
  });
});

describe('the dialog for a folder', () => {
  it('begins in the folder of the workspace that is chosen, if there are several', async () => {
    const { execute } = await withCommands();
    state.folder = '/pictures';
    await execute('clusterFaces');
    expect(shownBy('open dialog')).toEqual(['/pictures']);
    state.otherFolders = ['/scans'];
    await execute('clusterFaces');
    expect(shownBy('open dialog'), 'none is chosen').toHaveLength(1);
    state.picked = 'scans';
    await execute('clusterFaces');
    expect(shownBy('open dialog').at(-1)).toBe('/scans');
    expect(shownBy('quick pick')).toContain('Images in which folder of the workspace?');
  });
});

describe('CUDA support', () => {
  it('is not offered where there is no GPU for it', async () => {
    vi.mocked(diagnoseCuda).mockResolvedValue({
      ready: false,
      hasDriver: false,
      lines: ['no driver'],
    });
    const { execute } = await withCommands();
    state.answer = 'Download';
    await execute('installCuda');
    expect(shownBy('error')).toEqual([]);
    expect(shownBy('warning')).toEqual(['no driver']);
    expect(shownBy('information')).toEqual([]);
  });
});

describe('settings that change together', () => {
  it('are written before anything follows them', async () => {
    const history = new SettingHistory();
    void history.change({ method: 'birch', clusters: 7 }, readSettings().settings);
    await history.written;
    expect(readSettings().settings).toMatchObject({ method: 'birch', clusters: 7 });
  });

  it('are described in words, with where they apply', async () => {
    const history = new SettingHistory();
    const { settings } = readSettings();
    await history.change({ method: 'dbscan', minSamples: 2 }, settings);
    const change = 'Changed method from K-Means to DBSCAN, min samples from 5 to 2';
    expect(history.last?.text).toBe(`${change}, in your user settings`);
    state.folder = '/workspace';
    await history.change({ clusters: 7 }, settings);
    expect(history.last?.text).toBe(
      'Changed clusters from 16 to 7, for all folders of this workspace',
    );
  });
});
