/** Weights in other files are merged, belong to the cache's key, and lead nowhere else. */
import { execFileSync } from 'node:child_process';
import { mkdir, symlink, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fileHash } from '../../src/engine/pipeline/pipeline-keys';
import { openModel } from '../../src/networks/model';
import { readNetwork } from '../../src/networks/network-content';
import { UserError } from '../../src/util/errors';
import { temporaryFolder } from '../support/images';
import {
  externalTensor,
  field,
  message,
  network,
  networkWith,
  node,
  SIDE,
  tensorAttribute,
} from '../support/onnx';

const WEIGHTS = [0.01, -0.01, 0.02, 0, -0.02, 0.01];
const bytesOf = (numbers: readonly number[]) => new Uint8Array(Float32Array.from(numbers).buffer);
const withWeights = (place: Record<string, string | number>) =>
  network({ initializers: [externalTensor('weights', [3, 2], place)] });
const DATA = { location: 'model.onnx.data', offset: 8, length: 24 };
/** The content of `model.onnx.data`, with something before and behind the weights. */
const content = (weights = WEIGHTS) => bytesOf([7, 7, ...weights, 9]);

async function written(
  bytes: Uint8Array,
  data: Record<string, Uint8Array> = { 'model.onnx.data': content() },
): Promise<string> {
  const file = join(await temporaryFolder(), 'model.onnx');
  await writeFile(file, bytes);
  for (const [name, each] of Object.entries(data)) {
    await mkdir(dirname(join(dirname(file), name)), { recursive: true });
    await writeFile(join(dirname(file), name), each);
  }
  return file;
}

async function probabilities(file: string): Promise<number[]> {
  const model = await openModel(file, { provider: 'cpu', threads: 1 });
  const crops = Uint8Array.from({ length: SIDE * SIDE * 3 }, (_, i) => (i * 37) % 256);
  const result = [...(await model.infer(crops, 1))];
  await model.release();
  return result;
}

describe('weights in another file', () => {
  it('give the same as weights inside', async () => {
    const inside = await probabilities(await written(network()));
    expect(await probabilities(await written(withWeights(DATA)))).toEqual(inside);
    const below = { location: 'data/weights.bin', offset: 8, length: 24 };
    const file = await written(withWeights(below), { 'data/weights.bin': content() });
    expect(await probabilities(file)).toEqual(inside);
    // Without a length the rest of the file is meant, without an offset its beginning.
    const whole = await written(withWeights({ location: 'w' }), { w: bytesOf(WEIGHTS) });
    expect(await probabilities(whole)).toEqual(inside);
  });

  it('may be those of a constant', async () => {
    const value = tensorAttribute(externalTensor('', [3], { location: 'w', length: 12 }));
    const bytes = networkWith([
      node('Constant', [], ['c'], { value }),
      node('Mul', ['means', 'c'], ['passed']),
    ]);
    const file = await written(bytes, { w: bytesOf([1, 1, 1]) });
    expect(await probabilities(file)).toEqual(await probabilities(await written(network())));
  });

  it('belong to the key of the cache, even where the network stays the same', async () => {
    const file = await written(withWeights(DATA));
    const before = await fileHash(file);
    expect(await fileHash(file)).toBe(before);
    const changed = content([0.02, ...WEIGHTS.slice(1)]);
    await writeFile(join(dirname(file), 'model.onnx.data'), changed);
    const after = await fileHash(file);
    expect(after).not.toBe(before);
    // Set back to what it was, it is what it was.
    await writeFile(join(dirname(file), 'model.onnx.data'), content());
    await utimes(join(dirname(file), 'model.onnx.data'), 1, 1);
    expect(await fileHash(file)).toBe(before);
  });

  it('may lie where the link to the network leads, as in the cache of Hugging Face', async () => {
    const file = await written(withWeights({ location: 'weights', length: 24 }), {
      'blobs/a': withWeights({ location: 'weights', length: 24 }),
      'blobs/b': bytesOf(WEIGHTS),
    });
    const folder = join(dirname(file), 'snapshot');
    await mkdir(folder);
    await symlink('../blobs/a', join(folder, 'model.onnx'));
    await symlink('../blobs/b', join(folder, 'weights'));
    expect(await probabilities(join(folder, 'model.onnx'))).toEqual(
      await probabilities(await written(network())),
    );
  });

  it.each<[string, Record<string, string | number>, RegExp]>([
    ['missing', { location: 'none.bin' }, /'none.bin' with its weights is missing: put it beside/],
    ['outside of its folder', { location: '../secret' }, /'..\/secret' .* not in the folder/],
    ['outside by a detour', { location: 'data/../../secret' }, /is not in the folder/],
    ['outside in the way of Windows', { location: 'data\\..\\..\\secret' }, /is not in the folder/],
    ['at an absolute path', { location: '/etc/passwd' }, /is not in the folder/],
    ['on another drive', { location: 'c:\\secret' }, /is not in the folder/],
    ['behind a NUL', { location: 'a\0b' }, /is not in the folder/],
    ['a link out of its folder', { location: 'link' }, /is a link that leads out of the folder/],
    ['a folder', { location: 'folder' }, /cannot be read: it is a folder/],
    ['cut short', { ...DATA, length: 36 }, /has 36 bytes, but bytes up to 44 are needed/],
    ['far beyond the end', { ...DATA, offset: 1e14 }, /has 36 bytes, but bytes up to/],
    ['of a negative length', { ...DATA, length: -1 }, /the length '-1': expected a number/],
    ['of a huge offset', { ...DATA, offset: '9'.repeat(30) }, /the offset '9+': expected a number/],
    ['of the wrong size', { ...DATA, length: 20 }, /needs 24 bytes but has 20 bytes/],
  ])('that are %s are refused', async (_, place, reason) => {
    const file = await written(withWeights(place));
    const folder = dirname(file);
    await mkdir(join(folder, 'folder'));
    await writeFile(join(await temporaryFolder(), 'secret'), content());
    await symlink('/etc/hosts', join(folder, 'link'));
    const refused = await readNetwork(file).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(UserError);
    expect(String(refused)).toMatch(reason);
    expect(String(refused)).toContain(`the model '${file}' cannot be used`);
  });

  it.skipIf(process.platform === 'win32')('in a pipe are refused at once', async () => {
    const file = await written(withWeights({ location: 'pipe' }));
    execFileSync('mkfifo', [join(dirname(file), 'pipe')]);
    await expect(readNetwork(file)).rejects.toThrow(/cannot be read: it is a pipe/);
  });

  it('in more files than the limit are refused', async () => {
    const many = Array.from({ length: 5000 }, (_, i) =>
      field(5, externalTensor(`w${i}`, [1], { location: `w${i}` })),
    );
    await expect(
      readNetwork(await written(network({ graph: [message(...many)] }))),
    ).rejects.toThrow(/in 5,000 other files; expected at most 4,096/);
  });

  it('that are used again and again are refused before they fill the memory', async () => {
    const many = Array.from({ length: 4000 }, (_, i) =>
      field(5, externalTensor(`w${i}`, [100_000], { location: 'w' })),
    );
    const file = await written(network({ graph: [message(...many)] }), {
      w: new Uint8Array(400_000),
    });
    await expect(readNetwork(file)).rejects.toThrow(/its weights have more than 1,000 MB/);
  });
});
