/** The inference stage of the pipeline for GPUs, with a network of the test. */
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { AnalyzedBatch, AnalyzedImage } from '../../src/engine/pipeline/analyzed-image';
import type { PendingBatch } from '../../src/engine/pipeline/chunk-analyzer';
import { inferPending } from '../../src/engine/pipeline/infer-pending';
import type { ImageWorkerPool } from '../../src/engine/threads/image-worker-pool';
import { type BatchRunner, ProviderChain } from '../../src/networks/provider-chain';

const FACE_BYTES = 4;
const BATCH_SIZE = 8;

const image = (number: number) => ({ path: `/${number}.jpg`, name: `${number}.jpg`, folder: 0 });
const crop = (number: number) => ({
  strip: { key: String(number), read: () => new Uint8Array() },
  at: 0,
});

/** An image that was read, with one face whose crop holds its number. */
function pendingBatch(number: number): PendingBatch {
  const crops = new Uint8Array(new SharedArrayBuffer(FACE_BYTES)).fill(number);
  const face = { located: null, probabilities: new Float32Array(), crop: crop(number) };
  const result: AnalyzedImage = {
    kind: 'analyzed',
    image: image(number),
    identity: undefined,
    failure: undefined,
    remarks: {},
    hash: `hash ${number}`,
    faces: [face],
    places: [{ strip: 0, at: 0 }],
  };
  return { images: [result], strips: [], pending: [{ face, pixels: crops }], crops: [crops] };
}

/** An image of the cache. */
function cachedBatch(number: number): PendingBatch {
  const face = { located: null, probabilities: Float32Array.of(number), crop: crop(number) };
  const content = { hash: 'known' } as unknown as Extract<
    AnalyzedImage,
    { kind: 'cached' }
  >['content'];
  const result: AnalyzedImage = {
    kind: 'cached',
    image: image(number),
    identity: undefined,
    failure: undefined,
    remarks: {},
    source: 'file',
    content,
    faces: [face],
    storedStrips: [],
  };
  return { images: [result], strips: [], pending: [], crops: [] };
}

/** Infers of each face the number in its crop. */
class EchoNetwork implements BatchRunner {
  readonly sizes: number[] = [];

  constructor(private readonly isLost = false) {}

  async infer(pieces: readonly Uint8Array[], count: number): Promise<Float32Array> {
    await setTimeout(2);
    if (this.isLost) throw new Error('the device was lost');
    this.sizes.push(count);
    const bytes = Buffer.concat(pieces);
    return Float32Array.from({ length: count }, (_, i) => bytes[i * FACE_BYTES]!);
  }

  release = () => Promise.resolve();
}

function stageOf(networks: BatchRunner[]) {
  const choice = (provider: 'cuda' | 'cpu') => ({ provider, file: 'network.onnx', trials: [] });
  const chain = new ProviderChain(choice('cuda'), {
    open: () => Promise.resolve(networks.shift()!),
    next: () => Promise.resolve(choice('cpu')),
  });
  const released: Uint8Array[] = [];
  const workers = {
    release: (crops: Uint8Array) => released.push(crops),
  } as unknown as ImageWorkerPool;
  const stage = {
    chain,
    batchSize: BATCH_SIZE,
    attributes: 1,
    workers,
    onSeconds: () => undefined,
  };
  return { stage, released };
}

async function* streamOf(batches: readonly PendingBatch[], onTaken: () => void = () => undefined) {
  for (const batch of batches) {
    onTaken();
    yield await Promise.resolve(batch);
  }
}

async function collect<T>(values: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const value of values) all.push(value);
  return all;
}

const numbersOf = (batches: readonly AnalyzedBatch[]) =>
  batches.flatMap(({ images }) =>
    images.flatMap(({ faces }) => faces.map(({ probabilities }) => probabilities[0])),
  );

describe('the inference stage', () => {
  const numbers = Array.from({ length: 50 }, (_, i) => i + 1);
  const batches = () =>
    numbers.map((number) => (number % 5 === 0 ? cachedBatch(number) : pendingBatch(number)));

  it('keeps the order, fills batches across images and releases every crop', async () => {
    const network = new EchoNetwork();
    const { stage, released } = stageOf([network]);
    const results = await collect(inferPending(streamOf(batches()), stage));
    expect(numbersOf(results)).toEqual(numbers);
    expect(network.sizes).toEqual([8, 8, 8, 8, 8]);
    expect(released).toHaveLength(40);
  });

  it('takes no more batches than the network can keep up with', async () => {
    const { stage } = stageOf([new EchoNetwork()]);
    let taken = 0;
    let finished = 0;
    const source = streamOf(
      Array.from({ length: 400 }, (_, i) => pendingBatch(i % 250)),
      () => {
        taken += 1;
        // Three batches run, one is forming, and one was just filled.
        expect(taken - finished).toBeLessThanOrEqual(5 * BATCH_SIZE);
      },
    );
    for await (const { images } of inferPending(source, stage)) finished += images.length;
    expect(finished).toBe(400);
  });

  it('stores nothing that another network inferred after the provider failed', async () => {
    const { stage } = stageOf([new EchoNetwork(true), new EchoNetwork()]);
    const results = await collect(inferPending(streamOf(batches()), stage));
    expect(numbersOf(results)).toEqual(numbers);
    for (const each of results.flatMap(({ images }) => images))
      if (each.kind !== 'cached') expect(each.hash).toBeUndefined();
  });

  it('throws what the last network throws', async () => {
    const { stage } = stageOf([new EchoNetwork(true), new EchoNetwork(true)]);
    const results = inferPending(streamOf(batches()), stage);
    await expect(results.next()).rejects.toThrow('the device was lost');
  });
});
