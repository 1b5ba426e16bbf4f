import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type * as vscode from 'vscode';
import { describe as describeFaces, registerCommands } from '../../src/host/commands/commands';
import { createLog } from '../../src/host/outlets';
import { DatasetPanel, type DatasetPanelContext } from '../../src/host/panels/dataset-panel';
import { Panels } from '../../src/host/panels/panels';
import { FolderWatch } from '../../src/host/runs/folder-watch';
import { SettingHistory } from '../../src/host/settings/setting-history';
import { bundled } from '../support/engine';
import { fakeEngine } from '../support/fake-engine';
import { keptRun } from '../support/runs';
import { fakePanel, grantTrust, registered, reset, shownBy, state, Uri } from '../support/vscode';

beforeEach(reset);
afterEach(reset);

const extensionUri = Uri.file('/extension') as unknown as vscode.Uri;
const asPanel = (panel: ReturnType<typeof fakePanel>) => panel as unknown as vscode.WebviewPanel;

/** Time in which anything that starts by itself would have started: the run's files are small. */
const settled = () => new Promise((resolve) => setTimeout(resolve, 150));

/** A run of an earlier session and its panel, wired as the extension does. */
async function restored() {
  const engine = fakeEngine({
    changes: { added: 1, changed: 0, removed: 0 },
    pictures: [],
    page: [],
  });
  const { library, session } = await keptRun(engine, ['/photos']);
  const log = createLog('test');
  const panels = new Panels(
    library,
    { extensionUri, history: new SettingHistory(), log, onSelect: () => undefined },
    Promise.resolve(),
    (opened) => void watch.check(opened),
  );
  const update = vi.fn();
  const watch = new FolderWatch(library, update);
  const panel = fakePanel();
  await panels.deserializeWebviewPanel(asPanel(panel), { runId: 'kept', selected: 0 });
  panel.send({ kind: 'ready' });
  await settled();
  return { engine, library, session, panels, panel, watch, update, log };
}

describe('in a workspace that is not trusted', () => {
  beforeEach(() => {
    state.trusted = false;
  });

  it('a restored panel starts nothing, shows nothing, and offers the way to trust', async () => {
    const { engine, panel } = await restored();
    expect(engine.asked).toEqual([]);
    expect(panel.lastState()).toMatchObject({
      waits: true,
      run: null,
      clustering: null,
      comparison: null,
      failures: [],
    });
    panel.send({ kind: 'command', command: 'trust' });
    await settled();
    expect(state.executed).toEqual([['workbench.trust.manage']]);
  });

  it("a restored panel's page is not obeyed", async () => {
    const { engine, panel } = await restored();
    for (const message of [
      { kind: 'faces', request: 1, cluster: 0, order: 'typical', start: 0, count: 10 },
      { kind: 'photo', request: 2, row: 0 },
      { kind: 'open', row: 0, beside: false },
      { kind: 'select', cluster: 0 },
      { kind: 'images', cluster: 0, action: 'copyPaths' },
      { kind: 'settings', changes: { clusters: 3 } },
      { kind: 'command', command: 'rerun' },
      { kind: 'command', command: 'retry' },
      { kind: 'command', command: 'compare' },
    ]) {
      panel.send(message);
    }
    await settled();
    expect(engine.asked).toEqual([]);
    expect(state.executed).toEqual([]);
    expect(state.workspaceSettings).toEqual({});
    expect(panel.lastState()).toMatchObject({ waits: true });
  });

  it('no folder is watched, looked at or described by itself', async () => {
    state.workspaceSettings['faceClusters.watch'] = 'update';
    const { engine, session, watch, update } = await restored();
    await watch.check(session);
    await describeFaces(session, { panels: undefined as never, log: undefined as never }, false);
    expect(state.watched).toEqual([]);
    expect(engine.asked).toEqual([]);
    expect(update).not.toHaveBeenCalled();
  });

  it('what the user asks for runs, and its panel then shows it', async () => {
    const { engine, session, panels, panel } = await restored();
    panels.show(session);
    await vi.waitFor(() => {
      expect(panel.lastState()).toMatchObject({ waits: false, clustering: { faces: 1 } });
      expect(engine.asked).toContain('pictures');
    });
    await settled();
    expect(engine.asked, 'the folders are not looked at').not.toContain('changes');
  });

  it('granting trust brings back what waited', async () => {
    const { engine, panels, panel, watch } = await restored();
    grantTrust();
    watch.follow();
    panels.onTrusted();
    await vi.waitFor(() => {
      expect(panel.lastState()).toMatchObject({ waits: false, clustering: { faces: 1 } });
      expect(engine.asked).toEqual(expect.arrayContaining(['pictures', 'changes']));
    });
    expect(state.watched).toEqual(['/photos']);
  });

  it('a restored data set view waits, and goes on when the workspace is trusted', async () => {
    const engine = fakeEngine();
    const context: DatasetPanelContext = {
      extensionUri,
      engine: engine.client,
      bundled,
      storeDir: '',
      history: new SettingHistory(),
      log: createLog('test'),
    };
    const panel = fakePanel();
    const memento = { folder: '/data', attributes: [], dropZero: 0 };
    await DatasetPanel.serializer(context).deserializeWebviewPanel(asPanel(panel), memento);
    panel.send({ kind: 'ready' });
    panel.send({ kind: 'contradictions', images: 10 });
    panel.send({ kind: 'samples', partition: null, attribute: null, again: false });
    panel.send({ kind: 'command', command: 'retry' });
    await settled();
    expect(engine.asked).toEqual([]);
    expect(panel.lastState()).toMatchObject({ waits: true, summary: null });
    grantTrust();
    await vi.waitFor(() => {
      expect(engine.asked).toEqual(['exploreDataset']);
    });
  });

  it('another network is refused, with the way to trust', async () => {
    const engine = fakeEngine({
      model: { attributes: ['Smiling'], crop: { width: 1, height: 1 } },
    });
    const { library } = await keptRun(engine, ['/photos']);
    registerCommands({
      library,
      engine: engine.client,
      history: new SettingHistory(),
      log: createLog('test'),
      panels: undefined as never,
      storeDir: '',
      root: '',
      exploreDataset: () => undefined,
    });
    state.answer = 'Manage Workspace Trust';
    const useModel = registered.get('faceClusters.useModel') as unknown as (
      file: unknown,
    ) => Promise<void>;
    await useModel(Uri.file('/photos/hostile.onnx'));
    expect(engine.asked).toEqual([]);
    expect(shownBy('warning')).toEqual([
      'Face Clusters: another network can be used only in a workspace that you trust.',
    ]);
    expect(state.executed).toEqual([['workbench.trust.manage']]);

    state.trusted = true;
    await useModel(Uri.file('/photos/own.onnx'));
    expect(engine.asked).toEqual(['model']);
    expect(state.user['faceClusters.model'], 'no workspace is open').toBe('/photos/own.onnx');
  });
});

describe('in a workspace that is trusted', () => {
  it('a restored panel shows its run, and its folder is looked at and watched', async () => {
    const { engine, panel } = await restored();
    await vi.waitFor(() => {
      expect(panel.lastState()).toMatchObject({ waits: false, clustering: { faces: 1 } });
      expect(engine.asked).toEqual(expect.arrayContaining(['pictures', 'changes']));
    });
    expect(state.watched).toEqual(['/photos']);
  });
});
