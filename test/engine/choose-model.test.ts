/** The noted choice of an execution provider. */
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { chooseModel } from '../../src/engine/pipeline/choose-model';
import * as providers from '../../src/networks/providers';
import { FaceStore } from '../../src/store/face-store';
import { bundled, settingsWith } from '../support/engine';
import { temporaryFolder } from '../support/images';

vi.mock('../../src/networks/providers');

const chosen: providers.ProviderChoice = {
  provider: 'cpu',
  file: bundled.cpu,
  trials: [
    { provider: 'cuda', used: false, rejection: 'absent', reason: 'not installed' },
    { provider: 'webgpu', used: false, rejection: 'absent', reason: 'no adapter' },
    { provider: 'cpu', used: true, reason: 'works everywhere' },
  ],
};

describe('the choice of a provider', () => {
  let installed: Set<string>;
  beforeEach(() => {
    installed = new Set(['webgpu', 'cpu']);
    vi.mocked(providers.chooseProvider).mockReset().mockResolvedValue(chosen);
    vi.mocked(providers.unavailableReason).mockImplementation((provider) =>
      installed.has(provider) ? undefined : 'not installed',
    );
  });

  const chooseIn = async (store: FaceStore) =>
    (await chooseModel(settingsWith({ provider: 'auto' }), bundled, store, 1)).choice;

  it('is made once, also where a provider found no device', async () => {
    const store = await FaceStore.open(join(await temporaryFolder(), 'store'));
    const first = await chooseIn(store);
    expect(await chooseIn(store)).toMatchObject(first);
    expect(providers.chooseProvider).toHaveBeenCalledTimes(1);
    store.close();
  });

  it('is made again after an hour where a test failed, as the machine may have been busy', async () => {
    const doubtful = chosen.trials.map((trial) =>
      trial.provider === 'webgpu' ? { ...trial, rejection: 'unusable' as const } : trial,
    );
    vi.mocked(providers.chooseProvider).mockResolvedValue({ ...chosen, trials: doubtful });
    const store = await FaceStore.open(join(await temporaryFolder(), 'store'));
    await chooseIn(store);
    const now = Date.now();
    const clock = vi.spyOn(Date, 'now').mockReturnValue(now + 59 * 60_000);
    await chooseIn(store);
    expect(providers.chooseProvider).toHaveBeenCalledTimes(1);
    clock.mockReturnValue(now + 61 * 60_000);
    await chooseIn(store);
    clock.mockRestore();
    expect(providers.chooseProvider).toHaveBeenCalledTimes(2);
    store.close();
  });

  it('is made again once what a provider lacked is installed', async () => {
    const store = await FaceStore.open(join(await temporaryFolder(), 'store'));
    await chooseIn(store);
    installed.add('cuda');
    await chooseIn(store);
    expect(providers.chooseProvider).toHaveBeenCalledTimes(2);
    store.close();
  });
});
