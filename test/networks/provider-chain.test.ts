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

/** The real network on the CPU. */
async function real(): Promise<BatchRunner> {
  const model = await openModel(bundled.cpu, { provider: 'cpu', threads: 1 });
  return {
    infer: (pieces, count) => model.infer(Buffer.concat(pieces), count),
    release: () => model.release(),
  };
}

/** … which gives up after so many runs as a driver does that loses its device. */
async function failing(after: number): Promise<BatchRunner> {
  const runner = await real();
  let runs = 0;
  return {
    ...runner,
    infer: (pieces, count) =>
      ++runs > after
        ? Promise.reject(new Error('the device was lost'))
        : runner.infer(pieces, count),
  };
}

/** A chain from such a network to the real one, and after which providers it asked for the next. */
function chainFailing(after: number) {
  const asked: Provider[] = [];
  const chain = new ProviderChain(choice('cuda'), {
    open: ({ provider }) => (provider === 'cpu' ? real() : failing(after)),
    next: (failed) => {
      asked.push(failed);
      return Promise.resolve(choice('cpu'));
    },
  });
  return { chain, asked };
}

describe('a provider that fails in the middle of a run', () => {
  it('is followed by the next one, from the batch on that failed, saying so', async () => {
    const { chain, asked } = chainFailing(2);
    const reference = await openModel(bundled.cpu, { provider: 'cpu', threads: 1 });
    const crops = new Uint8Array(160 * 192 * 3);
    for (let batch = 0; batch < 4; batch++) {
      crops.fill(40 * batch + 20);
      const values = Array.from(await chain.infer([crops], 1));
      expect(values).toEqual(Array.from(await reference.infer(crops, 1)));
    }
    expect(asked).toEqual(['cuda']);
    expect(chain.fellBack).toBe(true);
    expect(chain.choice.provider).toBe('cpu');
    expect(chain.choice.trials).toEqual([
      { provider: 'cuda', used: false, reason: 'it failed: the device was lost' },
      { provider: 'cpu', used: true, reason: 'for the test' },
    ]);
    expect(chain.notices).toEqual([
      'the execution provider cuda failed in the middle of the run (the device was lost); the run continued on cpu',
    ]);
    await chain.release();
    await reference.release();
  });

  it('fails for several batches at once, and is followed once', async () => {
    const { chain, asked } = chainFailing(0);
    const runner = await real();
    const crops = [60, 160].map((value) => new Uint8Array(160 * 192 * 3).fill(value));
    const values = await Promise.all(
      crops.map(async (each) => Array.from(await chain.infer([each], 1))),
    );
    expect(values).toEqual(
      await Promise.all(crops.map(async (each) => Array.from(await runner.infer([each], 1)))),
    );
    expect(asked).toEqual(['cuda']);
    expect(chain.notices).toHaveLength(1);
    await chain.release();
    await runner.release();
  });

  it('is followed by none once it is released', async () => {
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
    const asked = chain.infer([], 0);
    const failed = expect(asked).rejects.toThrow('ended');
    await chain.release();
    await failed;
    expect(opened).toBe(1);
  });

  it('throws where it is the last', async () => {
    const chain = new ProviderChain(choice('cpu'), {
      open: () => failing(0),
      next: () => Promise.resolve(choice('cpu')),
    });
    await expect(chain.infer([new Uint8Array(160 * 192 * 3)], 1)).rejects.toThrow(
      'the device was lost',
    );
  });
});

describe('a measurement at first use', () => {
  it('tries every network with every size of batch, and takes the fastest, with the smallest batch that is about as fast', async () => {
    const { file, batchSize, rates } = await tune([bundled.cpu, bundled.gpu], 'cpu', 1);
    expect(rates).toHaveLength(4);
    const fastest = Math.max(...rates.map(({ rate }) => rate));
    expect(rates.find(({ rate }) => rate === fastest)!.file).toBe(file);
    const asFast = rates.filter((each) => each.file === file && each.rate >= 0.95 * fastest);
    expect(batchSize).toBe(Math.min(...asFast.map((each) => each.batchSize)));
    for (const { rate } of rates) expect(rate).toBeGreaterThan(1);
  });
});
