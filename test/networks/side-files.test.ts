/** Files beside a network say what it does not say of itself. */
import { rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fileHash } from '../../src/engine/pipeline/pipeline-keys';
import { readModelMetadata } from '../../src/networks/model-metadata';
import { findForm, readNetwork, wrapped } from '../../src/networks/network-content';
import { type ForeignInput, foreignNetwork, plain } from '../support/foreign-networks';
import { temporaryFolder } from '../support/images';
import { network } from '../support/onnx';

async function withFiles(
  files: Record<string, string | Uint8Array | object>,
  input: ForeignInput = { type: 'uint8' },
  end?: readonly Buffer[],
): Promise<string> {
  const file = join(await temporaryFolder(), 'model.onnx');
  const head = { name: 'logits', values: 3, ...(end === undefined ? {} : { end }) };
  await writeFile(file, foreignNetwork(input, [head]));
  for (const [name, content] of Object.entries(files)) {
    const text =
      typeof content === 'string' || content instanceof Uint8Array
        ? content
        : JSON.stringify(content);
    await writeFile(join(dirname(file), name), text);
  }
  return file;
}

const NAMES = ['Smiling', 'Male', 'Wearing Hat'];

describe('names', () => {
  it.each<[string, Record<string, string | Uint8Array | object>]>([
    ['model.names.txt', { 'model.names.txt': `${NAMES.join('\n')}\n` }],
    ['model.onnx.names.txt', { 'model.onnx.names.txt': NAMES.join('\r\n') }],
    [
      'a file in UTF-16',
      { 'model.names.txt': Buffer.from(`\uFEFF${NAMES.join('\r\n')}`, 'utf16le') },
    ],
    ['a list in model.json', { 'model.json': NAMES }],
    ['names in model.onnx.json', { 'model.onnx.json': { names: NAMES } }],
    ['classes in model.json', { 'model.json': { classes: NAMES } }],
    [
      'id2label in config.json',
      { 'config.json': { id2label: { 0: 'Smiling', 1: 'Male', 2: 'Wearing Hat' } } },
    ],
  ])('are read from %s', async (_, files) => {
    const { form, missing } = await findForm(await withFiles(files), {});
    expect(form.attributes).toEqual(NAMES);
    expect(missing).toEqual([]);
  });

  it('in files of the network count more than its metadata, and are part of the key', async () => {
    const file = join(await temporaryFolder(), 'model.onnx');
    await writeFile(file, network());
    const before = await fileHash(file);
    expect((await readNetwork(file)).bytes, 'it is used as it is').toEqual(network());
    const side = join(dirname(file), 'model.names.txt');
    await writeFile(side, 'X\nY');
    expect((await readNetwork(file)).form?.attributes).toEqual(['X', 'Y']);
    expect(await fileHash(file)).not.toBe(before);
    await rm(side);
    expect(await fileHash(file)).toBe(before);
  });

  it('that do not fit are refused, but ignored in a config.json that may be of another', async () => {
    await expect(findForm(await withFiles({ 'model.names.txt': 'a\nb' }), {})).rejects.toThrow(
      /has 3 outputs, but 'model.names.txt' names 2 attributes/,
    );
    await expect(findForm(await withFiles({ 'model.json': '{' }), {})).rejects.toThrow(
      /'model.json' beside it cannot be read/,
    );
    for (const config of [{ id2label: { 0: 'a' } }, '{', [1], { id2label: 3 }]) {
      const { missing } = await findForm(await withFiles({ 'config.json': config }), {});
      expect(missing.map(({ word }) => word)).toEqual(['names']);
    }
  });
});

it('an export of Hugging Face is understood by its config.json and preprocessor_config.json', async () => {
  const file = await withFiles(
    {
      'config.json': {
        id2label: { 0: 'a', 1: 'b', 2: 'c' },
        problem_type: 'single_label_classification',
      },
      'preprocessor_config.json': {
        do_normalize: true,
        do_rescale: true,
        rescale_factor: 1 / 255,
        image_mean: [0.5, 0.5, 0.5],
        image_std: [0.5, 0.5, 0.5],
        size: { height: 16, width: 16 },
      },
    },
    { shape: ['batch_size', 'num_channels', 'height', 'width'] },
    plain('logits'),
  );
  const { form, missing } = await findForm(file, {});
  expect(missing).toEqual([]);
  expect(form).toMatchObject({
    attributes: ['a', 'b', 'c'],
    groups: [[0, 1, 2]],
    input: {
      width: 16,
      height: 16,
      scaling: { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5], scale: 255 },
    },
  });
  expect(form.heads[0]!.activation).toBe('softmax');
});

it('a wrapped network is not changed by what lies beside it', async () => {
  const file = await withFiles({ 'model.names.txt': NAMES.join('\n') });
  const again = join(await temporaryFolder(), 'own.onnx');
  await writeFile(again, wrapped(file, await findForm(file, {})));
  await writeFile(join(dirname(again), 'own.names.txt'), 'x\ny\nz');
  expect((await readNetwork(again)).form?.attributes).toEqual(NAMES);
  expect((await readModelMetadata(again)).attributes).toEqual(NAMES);
});
