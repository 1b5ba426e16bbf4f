import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type * as vscode from 'vscode';
import { analyzeRun } from '../../src/host/commands/analyze-run';
import { registerCommands } from '../../src/host/commands/commands';
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

/** Waits until automatic work would have started; the files of the run are small. */
const settled = () => new Promise((resolve) => setTimeout(resolve, 150));

/** A stored run with its restored panel, connected as in the extension. */
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
  );
  const update = vi.fn();
  const watch = new FolderWatch(update);
  panels.onDidOpen((opened) => {
    watch.add(opened);
  });
  const panel = fakePanel();
  await panels.deserializeWebviewPanel(asPanel(panel), { runId: 'kept', selected: 0 });
  panel.call('watch');
  await settled();
  return { engine, library, session, panels, panel, watch, update, log };
}

describe('an untrusted workspace', () => {
  beforeEach(() => {
    state.trusted = false;
  });

  it('lets a restored panel start and show nothing but the way to trust', async () => {
    const { engine, panel } = await restored();
    expect(engine.asked).toEqual([]);
    expect(panel.lastState()).toMatchObject({
      waits: true,
      run: null,
      clustering: null,
      comparison: null,
      judgement: null,
      failures: [],
    });
    panel.call('command', { command: 'trust' });
    await settled();
    expect(state.executed).toEqual([['workbench.trust.manage']]);
  });

  it('refuses other calls of a restored page', async () => {
    const { engine, panel } = await restored();
    for (const [name, params] of [
      ['faces', { cluster: 0, order: 'typical', start: 0, count: 10 }],
      ['photo', { row: 0 }],
      ['faceCards', { rows: [0] }],
      ['places', null],
      ['arrangedPlaces', null],
      ['attributeValues', { attribute: 'Smiling' }],
      ['open', { row: 0, beside: false }],
      ['select', { cluster: 0 }],
      ['images', { cluster: 0, action: 'copyPaths' }],
      ['settings', { changes: { clusters: 3 } }],
      ['command', { command: 'rerun' }],
      ['command', { command: 'retry' }],
      ['command', { command: 'compare' }],
    ] as const) {
      panel.call(name, params);
    }
    await settled();
    expect(engine.asked).toEqual([]);
    expect(state.executed).toEqual([]);
    expect(state.workspaceSettings).toEqual({});
    expect(panel.lastState()).toMatchObject({ waits: true });
  });

  it('has no folder watched, checked or analyzed automatically', async () => {
    state.workspaceSettings['faceClusters.watch'] = 'update';
    const { engine, session, watch, update } = await restored();
    watch.add(session);
    const never = undefined as never;
    const context = { library: never, panels: never, log: never };
    await analyzeRun(session, context, 'automatic');
    await settled();
    expect(state.watched).toEqual([]);
    expect(engine.asked).toEqual([]);
    expect(update).not.toHaveBeenCalled();
  });

  it('allows what the user requests', async () => {
    const { engine, session, panels, panel } = await restored();
    panels.show(session);
    await vi.waitFor(() => {
      expect(panel.lastState()).toMatchObject({ waits: false, clustering: { faces: 1 } });
      expect(engine.asked).toContain('pictures');
    });
    await settled();
    expect(engine.asked, 'the folders are not checked').not.toContain('changes');
  });

  it('resumes the restored panels when it is trusted', async () => {
    const { engine, panels, panel, watch } = await restored();
    grantTrust();
    watch.update();
    panels.onTrusted();
    await vi.waitFor(() => {
      expect(panel.lastState()).toMatchObject({ waits: false, clustering: { faces: 1 } });
      expect(engine.asked).toEqual(expect.arrayContaining(['pictures', 'changes']));
    });
    expect(state.watched).toEqual(['/photos']);
  });

  it('resumes a restored data set view when it is trusted', async () => {
    const engine = fakeEngine({ exploreDataset: {}, labelErrors: { surest: [] } });
    const context: DatasetPanelContext = {
      extensionUri,
      engine: engine.client,
      bundled,
      storeDir: '',
      history: new SettingHistory(),
      log: createLog('test'),
    };
    const panel = fakePanel();
    const memento = { folder: '/data', attributes: [], dropZero: 0, checked: 10 };
    await DatasetPanel.serializer(context).deserializeWebviewPanel(asPanel(panel), memento);
    panel.call('watch');
    panel.call('labelErrors', { images: 10 });
    panel.call('samples', { partition: null, attribute: null, again: false });
    panel.call('command', { command: 'retry' });
    await settled();
    expect(engine.asked).toEqual([]);
    expect(panel.lastState()).toMatchObject({ waits: true, summary: null });
    grantTrust();
    await vi.waitFor(() => {
      expect(engine.asked, 'as it was').toEqual(['exploreDataset', 'labelErrors']);
    });
  });

  it('refuses another model and offers the way to trust', async () => {
    const engine = fakeEngine({
      missingWords: {
        missing: [],
        attributes: ['Smiling'],
        areNamesAssumed: false,
        crop: { width: 1, height: 1 },
        hash: '',
      },
    });
    const { library } = await keptRun(engine, ['/photos']);
    registerCommands({
      library,
      loaded: Promise.resolve(),
      engine: engine.client,
      history: new SettingHistory(),
      log: createLog('test'),
      panels: undefined as never,
      storeDir: '',
      networksDir: '',
      root: '',
      selected: () => undefined,
      exploreDataset: () => undefined,
    });
    state.answer = 'Manage Workspace Trust';
    const useModel = registered.get('faceClusters.useModel') as unknown as (
      file: unknown,
    ) => Promise<void>;
    await useModel(Uri.file('/photos/hostile.onnx'));
    expect(engine.asked).toEqual([]);
    expect(shownBy('warning')).toEqual([
      'Face Clusters: another model can be used only in a workspace that you trust.',
    ]);
    expect(state.executed).toEqual([['workbench.trust.manage']]);

    state.trusted = true;
    await useModel(Uri.file('/photos/own.onnx'));
    expect(engine.asked).toEqual(['missingWords']);
    expect(state.user['faceClusters.model'], 'no workspace is open').toBe('/photos/own.onnx');
  });
});

describe('a trusted workspace', () => {
  it('has a restored panel show its run, and its folder checked and watched', async () => {
    const { engine, panel } = await restored();
    await vi.waitFor(() => {
      expect(panel.lastState()).toMatchObject({ waits: false, clustering: { faces: 1 } });
      expect(engine.asked).toEqual(expect.arrayContaining(['pictures', 'changes']));
    });
    expect(state.watched).toEqual(['/photos']);
  });
});
