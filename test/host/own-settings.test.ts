/** Settings that belong to one run, beside those that all runs share. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { MOST_STEPS } from '../../src/domain/own-settings';
import { panelState } from '../../src/host/panels/clusters-panel-state';
import { dropOwnSettings, useForAll } from '../../src/host/panels/own-settings';
import { redo, undo, undoSteps } from '../../src/host/panels/undo-steps';
import { RunLibrary } from '../../src/host/runs/run-library';
import { readSettings } from '../../src/host/settings/configuration';
import { SettingHistory } from '../../src/host/settings/setting-history';
import { library } from '../support/run-library';
import { reset, state as vscode } from '../support/vscode';
import { ATTRIBUTES, clusterRun, writeRun } from '../support/written-runs';

beforeEach(() => {
  reset();
  vscode.folder = '/workspace';
  vscode.workspaceSettings['faceClusters.clusters'] = '4';
  vscode.workspaceSettings['faceClusters.attributes'] = ATTRIBUTES;
});

/** Two runs in a library whose shared settings are those of VS Code. */
async function twoRuns() {
  const { folder, context, engine, logged } = await library();
  const runsDir = join(folder, 'runs');
  for (const [id, photos] of [
    ['one', '/photos'],
    ['two', '/scans'],
  ] as const) {
    await writeRun(join(runsDir, id), { folders: [photos] });
    await clusterRun(join(runsDir, id));
  }
  /** As a window does when it is opened. */
  const open = async () => {
    const runs = new RunLibrary({ ...context, settings: () => readSettings().settings }, runsDir);
    await runs.load();
    const [one, two] = [runs.find('one')!, runs.find('two')!];
    for (const session of [one, two]) await session.followSettings();
    return { runs, one, two };
  };
  const file = join(runsDir, 'one.settings.json');
  return { open, file, runsDir, engine, logged, history: new SettingHistory() };
}

type Session = Awaited<ReturnType<Awaited<ReturnType<typeof twoRuns>>['open']>>['one'];
const clusters = ({ clustering }: Session) => clustering?.clusters.length;
const written = () => vscode.workspaceSettings['faceClusters.clusters'];
const view = { selected: null, comparisonHidden: false, earlier: null, undo: null, redo: null };

describe('own settings of a run', () => {
  it('leave other runs and the shared settings as they are, and outlive the window', async () => {
    const { open, history } = await twoRuns();
    const { one, two } = await open();
    await one.change({ clusters: 2 });
    await two.followSettings();
    expect([clusters(one), clusters(two), written()]).toEqual([2, 4, '4']);
    expect(panelState(two, view).own?.settings).toEqual([]);
    expect(panelState(one, view).own).toEqual({
      settings: [{ name: 'clusters', here: '2', elsewhere: '4' }],
      shared: 'workspace',
      problems: [],
    });

    const again = await open();
    expect([clusters(again.one), clusters(again.two)]).toEqual([2, 4]);
    expect(undoSteps(again.one, history)).toEqual({
      undo: 'Changed clusters from 4 to 2, for this folder alone',
      redo: null,
    });
    await undo(again.one, history);
    expect(clusters(again.one)).toBe(4);
    const last = await open();
    expect(undoSteps(last.one, history).undo).toBeNull();
    await redo(last.one, history);
    expect(clusters(last.one)).toBe(2);
  });

  it('keep what another window changes meanwhile', async () => {
    const { open, history } = await twoRuns();
    const [here, there] = [(await open()).one, (await open()).one];
    await here.change({ clusters: 2 });
    await there.change({ method: 'agglomerative' });
    const last = await open();
    expect(last.one.own.values).toEqual({ clusters: 2, method: 'agglomerative' });
    await undo(here, history);
    expect((await open()).one.own.values).toEqual({ clusters: 2 });
  });

  it('hide changes of the shared ones only where there is an own value', async () => {
    const { open } = await twoRuns();
    const { one } = await open();
    await one.change({ clusters: 2 });
    vscode.workspaceSettings['faceClusters.clusters'] = '5';
    vscode.workspaceSettings['faceClusters.method'] = 'agglomerative';
    await one.followSettings();
    expect(one.clustering?.settings).toMatchObject({ clusters: 2, method: 'agglomerative' });
    expect(panelState(one, view).own?.settings[0]).toMatchObject({ here: '2', elsewhere: '5' });
    await one.change({ clusters: 5 });
    expect(one.own.values, 'like the shared one: it follows that again').toEqual({});
    vscode.workspaceSettings['faceClusters.clusters'] = '3';
    await one.followSettings();
    expect(clusters(one)).toBe(3);
  });

  it('make one clustering of one change, and none of none', async () => {
    const { open, engine } = await twoRuns();
    const { one } = await open();
    await one.makePictures();
    const call = vi.spyOn(engine, 'call');
    const clusterings = () => call.mock.calls.filter(([name]) => name === 'cluster').length;
    await one.change({ method: 'birch', clusters: 3, threshold: 0.1 });
    expect(clusterings()).toBe(1);
    await one.change({ method: 'birch', clusters: 3 });
    expect([clusterings(), one.own.last?.text]).toEqual([
      1,
      'Changed method from K-Means to Birch, clusters from 4 to 3, threshold from 0.5 to 0.1, for this folder alone',
    ]);
  });

  it('are written for all folders, and back, each of which is undone exactly', async () => {
    const { open, history } = await twoRuns();
    const { one, two } = await open();
    const follow = () => Promise.all([one, two].map((session) => session.followSettings()));
    const seen = () => [clusters(one), clusters(two), written(), one.own.values];
    await one.change({ clusters: 2 });
    await useForAll(one, history);
    await follow();
    expect(seen()).toEqual([2, 2, '2', {}]);
    expect(undoSteps(one, history).undo).toBe('Used for all folders of this workspace: clusters 2');
    expect(undoSteps(two, history).undo, 'it was done in the other panel').toBeNull();
    await undo(one, history);
    await follow();
    expect(seen()).toEqual([2, 4, '4', { clusters: 2 }]);
    await redo(one, history);
    await follow();
    expect(seen()).toEqual([2, 2, '2', {}]);
    await undo(one, history);
    await dropOwnSettings(one);
    await follow();
    expect(seen()).toEqual([4, 4, '4', {}]);
    await undo(one, history);
    expect(seen()).toEqual([2, 4, '4', { clusters: 2 }]);
  });

  it('are not written over what was changed for all folders since', async () => {
    const { open, history } = await twoRuns();
    const { one } = await open();
    await one.change({ clusters: 2, restarts: 3 });
    await useForAll(one, history);
    vscode.workspaceSettings['faceClusters.clusters'] = '5';
    await undo(one, history);
    expect(written(), 'somebody has set it since').toBe('5');
    expect(vscode.workspaceSettings['faceClusters.restarts']).toBeUndefined();
    await redo(one, history);
    expect([written(), vscode.workspaceSettings['faceClusters.restarts']]).toEqual(['5', 3]);
  });

  it('that are changed while others are written for all folders stay', async () => {
    const { open, history } = await twoRuns();
    const { one } = await open();
    await one.change({ clusters: 2, restarts: 3 });
    const both = [useForAll(one, history), one.change({ restarts: 4 })];
    await Promise.all([...both, useForAll(one, history)]);
    const { restarts } = one.own.values;
    expect([restarts, vscode.workspaceSettings['faceClusters.restarts']]).toContain(4);
    expect(one.settings.restarts).toBe(4);
    expect(one.own.values).not.toHaveProperty('clusters');
    expect(written()).toBe('2');
  });

  it('are undone in order with corrections, however quickly', async () => {
    const { open, history } = await twoRuns();
    const { one } = await open();
    await one.correct({ kind: 'name', cluster: 0, name: 'Anna' });
    await one.change({ clusters: 2 });
    await one.correct({ kind: 'name', cluster: 1, name: 'Bea' });
    await Promise.all([undo(one, history), undo(one, history)]);
    expect(one.own.values, 'the setting was the second').toEqual({});
    expect(undoSteps(one, history).undo).toContain('Anna');
  });

  it('are undone to what was there, though that was no good value', async () => {
    const { open, history } = await twoRuns();
    vscode.workspaceSettings['faceClusters.clusters'] = 'lots';
    const { one } = await open();
    await one.change({ clusters: 2 });
    await useForAll(one, history);
    const { one: again } = await open();
    expect(again.own.problems).toEqual([]);
    await undo(again, history);
    expect(written()).toBe('lots');
  });

  it('take a written value away again where there was none', async () => {
    const { open, history } = await twoRuns();
    const { one } = await open();
    await one.change({ restarts: 3 });
    await useForAll(one, history);
    expect(vscode.workspaceSettings['faceClusters.restarts']).toBe(3);
    const { one: again } = await open();
    await undo(again, history);
    expect(vscode.workspaceSettings['faceClusters.restarts']).toBeUndefined();
    expect(again.own.values).toEqual({ restarts: 3 });
  });

  it('of a window without a workspace are written for the user', async () => {
    const { open, history } = await twoRuns();
    vscode.folder = undefined;
    const { one } = await open();
    await one.change({ restarts: 3 });
    expect(panelState(one, view).own?.shared).toBe('user');
    await useForAll(one, history);
    expect(vscode.user['faceClusters.restarts']).toBe(3);
    expect(one.own.last?.text).toBe('Used for all folders: restarts 3');
  });

  it('are removed with the run', async () => {
    const { open, runsDir } = await twoRuns();
    const { runs, one } = await open();
    await one.change({ clusters: 2 });
    expect(await readdir(runsDir)).toContain('one.settings.json');
    await runs.remove(one);
    expect((await readdir(runsDir)).filter((name) => name.startsWith('one'))).toEqual([]);
  });

  it('keep a number of steps', async () => {
    const { open, file } = await twoRuns();
    const { one } = await open();
    for (let i = 0; i <= MOST_STEPS; i++)
      await one.own.add(() => ({ after: { restarts: i + 2 }, text: String(i) }));
    const { done } = JSON.parse(await readFile(file, 'utf8')) as { done: { text: string }[] };
    expect(done.map(({ text }) => text)).toEqual(
      Array.from({ length: MOST_STEPS }, (_, i) => String(i + 1)),
    );
  });
});

describe('own settings on the disk', () => {
  const stored = (values: object, done: unknown[] = []) =>
    JSON.stringify({ version: 1, values, done, undone: [] });

  it.each([
    ['cut off', '{"version":1,"val'],
    ['of another form', '[]'],
    ['of another version', '{"version":2,"values":{},"done":[],"undone":[]}'],
  ])('that are %s are named and ignored, and not lost', async (_, text) => {
    const { open, file, logged } = await twoRuns();
    await writeFile(file, text);
    const { one } = await open();
    expect(clusters(one)).toBe(4);
    expect(one.own.problems).toEqual([expect.stringContaining(`'${file}' cannot be read`)]);
    expect(panelState(one, view).own?.problems).toEqual(one.own.problems);
    expect(logged).toEqual(one.own.problems);
    await one.change({ clusters: 3 });
    expect(one.own.problems).toEqual([]);
    expect(await readFile(`${file}.damaged`, 'utf8')).toBe(text);
    expect((await open()).one.own.values).toEqual({ clusters: 3 });
  });

  it('are checked each by itself', async () => {
    const { open, file } = await twoRuns();
    const values = { clusters: 0, constructor: 1, model: '/evil.onnx', method: 'birch', autoTo: 2 };
    await writeFile(file, stored({ ...values, autoFrom: 9 }));
    const { one } = await open();
    expect(one.own.values).toEqual({ method: 'birch', autoTo: 2, autoFrom: 9 });
    expect(one.settings, 'the least is above the most').toMatchObject({ autoFrom: 2, autoTo: 30 });
    expect(panelState(one, view).own?.problems).toEqual([
      ...one.own.problems,
      "the range of 'auto' would be 9 to 2 clusters",
    ]);
    expect(one.own.problems).toEqual([
      'the own setting \'clusters\' is 0: expected a whole number from 1 to 1000, or "auto"',
      "the own setting 'constructor' is 1: there is no such setting",
      `the own setting 'model' is "/evil.onnx": there is no such setting`,
    ]);
  });

  it('have no steps that would write anything else', async () => {
    const { open, file, history } = await twoRuns();
    const step = { before: {}, after: {}, text: 'Changed', at: new Date().toISOString() };
    const shared = { before: { model: '/evil.onnx' }, after: {} };
    await writeFile(file, stored({ clusters: 2 }, [{ ...step, shared }]));
    const { one } = await open();
    expect(clusters(one), 'the values themselves are good').toBe(2);
    expect(one.own.problems).toEqual([`the steps in '${file}' are damaged, and cannot be undone`]);
    await undo(one, history);
    expect(vscode.workspaceSettings).not.toHaveProperty(['faceClusters.model']);
    const hidden = { ...step, text: 'Changed \u202egnp.exe', before: { clusters: 3 } };
    await writeFile(file, stored({ clusters: 2 }, [hidden]));
    expect(undoSteps((await open()).one, history).undo).not.toContain('\u202e');
  });

  it('that cannot be written leave everything as it is', async () => {
    const { open } = await twoRuns();
    const { one } = await open();
    const keep = vi.spyOn(one as unknown as { keepOwn: () => Promise<void> }, 'keepOwn');
    keep.mockRejectedValueOnce(new Error('no space left'));
    await expect(one.change({ clusters: 2 })).rejects.toThrow('no space left');
    expect([clusters(one), one.own.last, one.own.values]).toEqual([4, null, {}]);
    await one.change({ clusters: 3 });
    expect(clusters(one)).toBe(3);
  });
});
