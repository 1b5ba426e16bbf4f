import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SETTING_KEYS, type Settings } from '../../src/domain/settings';
import { readSettings } from '../../src/host/settings/configuration';
import { SETTING_SCOPES } from '../../src/host/settings/scopes';
import { SettingHistory } from '../../src/host/settings/setting-history';
import { reset, state } from '../support/vscode';

beforeEach(() => {
  reset();
  state.folder = '/workspace';
});
afterEach(reset);

/** A value other than the default for each setting that a workspace may not always set. */
const OTHER: Partial<Settings> = {
  cudaLibraries: ['/opt/cuda'],
  cacheLimit: 0.05,
  cache: false,
  provider: 'webgpu',
  model: '/models/own.onnx',
  maxImageFileSize: 1e5,
  maxImageMegapixels: 1e4,
  maxImageSeconds: 3600,
  maxImageMemory: 1e6,
};
const limits = {
  maxImageFileSize: 500,
  maxImageMegapixels: 400,
  maxImageSeconds: 20,
  maxImageMemory: 2000,
};
const guarded = SETTING_KEYS.filter(
  (key) => SETTING_SCOPES[key].restricted || SETTING_SCOPES[key].scope === 'machine',
);

describe('reading settings', () => {
  it('ignores restricted settings of an untrusted workspace, even if VS Code does not', () => {
    expect(guarded.sort()).toEqual(Object.keys(OTHER).sort());
    for (const [key, value] of Object.entries(OTHER))
      state.workspaceSettings[`faceClusters.${key}`] = value;
    state.workspaceSettings['faceClusters.clusters'] = 5;
    state.trusted = false;
    const defaults = {
      cudaLibraries: [],
      cacheLimit: 4,
      cache: true,
      provider: 'auto',
      model: '',
      ...limits,
    };
    expect(readSettings()).toMatchObject({ settings: { ...defaults, clusters: 5 }, problems: [] });
  });

  it('reads all settings of a trusted workspace except those of the machine', () => {
    for (const [key, value] of Object.entries(OTHER))
      state.workspaceSettings[`faceClusters.${key}`] = value;
    const { settings } = readSettings();
    expect(settings).toMatchObject({ cache: false, provider: 'webgpu', model: '/models/own.onnx' });
    expect(settings).toMatchObject({ cudaLibraries: [], cacheLimit: 4, ...limits });
  });

  it('reads the settings of the user in both', () => {
    for (const [key, value] of Object.entries(OTHER)) state.user[`faceClusters.${key}`] = value;
    expect(readSettings().settings).toMatchObject(OTHER);
    state.trusted = false;
    const { settings, problems } = readSettings();
    expect(settings).toMatchObject({ ...OTHER, model: '' });
    expect(problems).toEqual([
      "faceClusters.model is '/models/own.onnx', which is used only in a workspace that is trusted",
    ]);
  });

  it('resolves no relative model path against an untrusted workspace', () => {
    state.user['faceClusters.model'] = 'model.onnx';
    state.trusted = false;
    expect(readSettings().settings.model).toBe('');
    state.trusted = true;
    expect(readSettings().settings.model).toBe('/workspace/model.onnx');
  });

  it('reports which folder of libraries is refused, and why', () => {
    state.user['faceClusters.cudaLibraries'] = ['/opt/cuda', 'lib'];
    const { settings, problems } = readSettings();
    expect(settings.cudaLibraries).toEqual([]);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(
      /^faceClusters\.cudaLibraries is .*: expected absolute folders .*; got "lib"$/,
    );
  });
});

describe('changing settings', () => {
  it('writes settings of the machine for the user and others for the workspace, and undoes both', async () => {
    state.user['faceClusters.cacheLimit'] = 7;
    const history = new SettingHistory();
    await history.change({ cacheLimit: 2, clusters: 5 }, readSettings().settings);
    expect(state.user).toEqual({ 'faceClusters.cacheLimit': 2 });
    expect(state.workspaceSettings, 'as text, which the settings editor can show').toEqual({
      'faceClusters.clusters': '5',
    });
    await history.undo();
    expect(state.user).toEqual({ 'faceClusters.cacheLimit': 7 });
    expect(state.workspaceSettings['faceClusters.clusters']).toBeUndefined();
  });

  it('refuses to write a value that would be ignored, and keeps no change to undo', async () => {
    state.trusted = false;
    const history = new SettingHistory();
    await expect(history.change({ model: '/m.onnx' }, readSettings().settings)).rejects.toThrow(
      "'faceClusters.model' can be set for a workspace only once that is trusted",
    );
    expect(history.last).toBeNull();
    expect(state.workspaceSettings).toEqual({});
  });
});
