import { describe, expect, it } from 'vitest';
import type { Provider } from '../../src/domain/networks';
import { openModel } from '../../src/networks/model';
import { type BatchRunner, ProviderChain } from '../../src/networks/provider-chain';
import type { ProviderChoice } from '../../src/networks/providers';
import { tune } from '../../src/networks/tune';
import { bundled } from '../support/engine';

const choice = (provider: Provider): ProviderChoice => ({
  provider,
  file: bundled.cpu,
  trials: [{ provider, used: true, reason: 'for the test' }],
});

/** The bundled network on the CPU. */
async function cpuRunner(): Promise<BatchRunner> {
  const model = await openModel(bundled.cpu, { provider: 'cpu', threads: 1 });
  return {
    infer: (pieces, count) => model.infer(Buffer.concat(pieces), count),
    release: () => model.release(),
  };
}

/** The same, but all batches after the first `after` fail, as if the device was lost. */
async function failingRunner(after: number): Promise<BatchRunner> {
  const runner = await cpuRunner();
  let runs = 0;
  return {
    ...runner,
    infer: (pieces, count) =>
      ++runs > after
        ? Promise.reject(new Error('the device was lost'))
        : runner.infer(pieces, count),
  };
}

/** A chain of a failing runner and one on the CPU, and the failed providers it has reported. */
function chainFailing(after: number) {
  const failedProviders: Provider[] = [];
  const chain = new ProviderChain(choice('cuda'), {
    open: ({ provider }) => (provider === 'cpu' ? cpuRunner() : failingRunner(after)),
    next: (failed) => {
      failedProviders.push(failed);
      return Promise.resolve(choice('cpu'));
    },
  });
  return { chain, failedProviders };
}

describe('ProviderChain', () => {
  it('continues with the next provider from the failed batch on, with a notice', async () => {
    const { chain, failedProviders } = chainFailing(2);
    const reference = await openModel(bundled.cpu, { provider: 'cpu', threads: 1 });
    const crops = new Uint8Array(160 * 192 * 3);
    for (let batch = 0; batch < 4; batch++) {
      crops.fill(40 * batch + 20);
      const values = Array.from(await chain.infer([crops], 1));
      expect(values).toEqual(Array.from(await reference.infer(crops, 1)));
    }
    expect(failedProviders).toEqual(['cuda']);
    expect(chain.fellBack).toBe(true);
    expect(chain.choice.provider).toBe('cpu');
    expect(chain.choice.trials).toEqual([
      {
        provider: 'cuda',
        used: false,
        rejection: 'failed',
        reason: 'it failed: the device was lost',
      },
      { provider: 'cpu', used: true, reason: 'for the test' },
    ]);
    expect(chain.notices).toEqual([
      'the execution provider cuda failed in the middle of the run (the device was lost); the run continued on cpu',
    ]);
    await chain.release();
    await reference.release();
  });

  it('falls back once when several batches fail together', async () => {
    const { chain, failedProviders } = chainFailing(0);
    const runner = await cpuRunner();
    const crops = [60, 160].map((value) => new Uint8Array(160 * 192 * 3).fill(value));
    const values = await Promise.all(
      crops.map(async (each) => Array.from(await chain.infer([each], 1))),
    );
    expect(values).toEqual(
      await Promise.all(crops.map(async (each) => Array.from(await runner.infer([each], 1)))),
    );
    expect(failedProviders).toEqual(['cuda']);
    expect(chain.notices).toHaveLength(1);
    await chain.release();
    await runner.release();
  });

  it('does not fall back after it was released', async () => {
    let opened = 0;
    const chain = new ProviderChain(choice('cuda'), {
      open: () => {
        opened += 1;
        return Promise.resolve({
          infer: () => new Promise((_, reject) => setTimeout(reject, 50, new Error('ended'))),
          release: () => Promise.resolve(),
        });
      },
      next: () => Promise.resolve(choice('cpu')),
    });
    const result = chain.infer([], 0);
    const failed = expect(result).rejects.toThrow('ended');
    await chain.release();
    await failed;
    expect(opened).toBe(1);
  });

  it('throws the error of the last provider', async () => {
    const chain = new ProviderChain(choice('cpu'), {
      open: () => failingRunner(0),
      next: () => Promise.resolve(choice('cpu')),
    });
    await expect(chain.infer([new Uint8Array(160 * 192 * 3)], 1)).rejects.toThrow(
      'the device was lost',
    );
  });
});

describe('tune', () => {
  it('measures all networks and batch sizes, and picks the fastest network with the smallest batch that is about as fast', async () => {
    const { file, batchSize, rates } = await tune([bundled.cpu, bundled.gpu], 'cpu', 1, [8, 16]);
    expect(rates).toHaveLength(4);
    const fastest = Math.max(...rates.map(({ rate }) => rate));
    expect(rates.find(({ rate }) => rate === fastest)!.file).toBe(file);
    const asFast = rates.filter((each) => each.file === file && each.rate >= 0.95 * fastest);
    expect(batchSize).toBe(Math.min(...asFast.map((each) => each.batchSize)));
    for (const { rate } of rates) expect(rate).toBeGreaterThan(1);
  });
});
