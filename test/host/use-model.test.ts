/** The command 'Use as Attribute Model' asks what a network does not say of itself. */
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type * as vscode from 'vscode';
import type { MissingWord, NetworkWord } from '../../src/domain/network-words';
import type { EngineClient } from '../../src/engine/client';
import { useModel } from '../../src/host/commands/use-model';
import { SettingHistory } from '../../src/host/settings/setting-history';
import { temporaryFolder } from '../support/images';
import { reset, shownBy, state, Uri } from '../support/vscode';

beforeEach(reset);
afterEach(reset);

const missing = (word: NetworkWord): MissingWord => ({ word, reason: 'why', help: 'what' });
const INFO = { attributes: ['A', 'B'], crop: { width: 8, height: 8 }, notices: [] };

interface Call {
  name: string;
  params: Record<string, unknown>;
}

/** @param answers results of the engine's calls, in order; an Error rejects one. */
async function use(answers: readonly unknown[], networksDir?: string) {
  const calls: Call[] = [];
  const rest = [...answers];
  const call = (name: string, params: Record<string, unknown>) => {
    calls.push({ name, params });
    const answer = rest.shift();
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  };
  const folder = networksDir ?? join(await temporaryFolder(), 'networks');
  const file = Uri.file('/models/own.onnx') as unknown as vscode.Uri;
  const context = {
    engine: { call } as unknown as EngineClient,
    history: new SettingHistory(),
    networksDir: folder,
  };
  const problem = await useModel(file, context).catch((error: unknown) => error);
  return { calls, problem, folder, out: join(folder, 'own-0123456789ab.onnx') };
}

const found = (words: readonly NetworkWord[], areNamesAssumed = false) => ({
  missing: words.map(missing),
  attributes: ['A', 'B'],
  areNamesAssumed,
  crop: INFO.crop,
  hash: '0123456789abcdef',
});
const written = { kind: 'written', info: INFO, lines: [] };
const model = () => state.user['faceClusters.model'];

describe('a network that says everything', () => {
  it('is used as it is, without a question', async () => {
    const { calls } = await use([found([])]);
    expect(calls.map(({ name }) => name)).toEqual(['missingWords']);
    expect(model()).toBe('/models/own.onnx');
    expect(shownBy('quick pick')).toEqual([]);
    expect(shownBy('information')).toEqual([
      "'own.onnx' is the attribute model now: 2 attributes, crops of 8×8 pixels.",
    ]);
  });
});

describe('a network that does not say everything', () => {
  it('is written with the answers into the storage of the extension, and used there', async () => {
    state.picks = ['ImageNet', 'Softmax', 'Type the names…'];
    state.typed = ['Smiling, Male'];
    const { calls, out, folder } = await use([found(['mean', 'activation', 'names']), written]);
    expect(existsSync(folder)).toBe(true);
    expect(calls[1]).toEqual({
      name: 'wrapNetwork',
      params: {
        file: '/models/own.onnx',
        out,
        overwrite: true,
        words: {
          mean: 'imagenet',
          std: 'imagenet',
          activation: 'softmax',
          names: 'Smiling, Male',
        },
        wordsFrom: 'answers',
      },
    });
    expect(model()).toBe(out);
  });

  it('may have a scaling of its own, and other gaps', async () => {
    state.picks = ['Other numbers…', 'NHWC'];
    state.typed = ['127.5', '128', '112'];
    const { calls } = await use([found(['mean', 'layout', 'size']), written]);
    expect(calls[1]!.params.words).toEqual({
      mean: '127.5',
      std: '128',
      layout: 'nhwc',
      size: '112',
    });
  });

  it('is told the number of names that is needed', async () => {
    state.picks = ['Type the names…'];
    state.typed = ['Smiling'];
    await use([found(['names']), written]);
    expect(shownBy('problem')).toEqual(['1 name; expected 2']);
  });

  it('may have its names in a file', async () => {
    const names = join(await temporaryFolder(), 'names.txt');
    await writeFile(names, '\uFEFFSmiling\r\nMale\r\n');
    state.picks = ['Choose a file…'];
    state.opened = [Uri.file(names)];
    const { calls } = await use([found(['names']), written]);
    expect(calls[1]!.params.words).toEqual({ names: 'Smiling\r\nMale\r\n' });
  });

  it('is not used if a question is cancelled', async () => {
    for (const picks of [[], ['Other numbers…']]) {
      state.picks = picks;
      const { calls } = await use([found(['mean']), written]);
      expect(calls).toHaveLength(1);
      expect(model()).toBeUndefined();
    }
  });

  it('may give embeddings, and attributes are then of the bundled network', async () => {
    state.picks = ['Embedding'];
    const embedding = { ...written, info: { ...INFO, isEmbedding: true } };
    const { calls, out } = await use([found(['activation']), embedding]);
    expect(calls[1]!.params.words).toEqual({ activation: 'embedding' });
    expect(model()).toBe(out);
    expect(shownBy('information')).toEqual([
      "'own.onnx' gives the embeddings now, by which faces are compared with the setting 'features: embedding': 2 numbers, crops of 8×8 pixels. Attributes are of the bundled model.",
    ]);
  });

  it('leads to a further question if its numbers are no probabilities', async () => {
    state.picks = ['0 to 1', 'Sigmoid'];
    const more = { kind: 'missing', missing: [missing('activation')], problem: 'logits' };
    const { calls } = await use([found(['mean']), more, written]);
    expect(calls[2]!.params.words).toEqual({
      mean: '0',
      std: '1',
      scale: '255',
      activation: 'sigmoid',
    });
  });

  it('is refused if the answer does not help', async () => {
    state.picks = ['Sigmoid'];
    const more = { kind: 'missing', missing: [missing('activation')], problem: 'still logits' };
    const { problem } = await use([found(['activation']), more]);
    expect(String(problem)).toMatch('still logits');
    expect(model()).toBeUndefined();
  });

  it('is not asked about again, if the user likes', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'own-0123456789ab.onnx'), '');
    state.picks = ['Use the answers of last time'];
    const { calls, out } = await use([found(['mean']), INFO], folder);
    expect(calls[1]).toEqual({ name: 'model', params: { file: out } });
    expect(model()).toBe(out);
    state.picks = ['Answer anew…', '0 to 255'];
    const anew = await use([found(['mean']), written], folder);
    expect(anew.calls[1]!.params.words).toEqual({ scale: '1' });
  });
});

describe('names that nobody wrote', () => {
  it('can be kept or replaced', async () => {
    state.picks = ['A to B'];
    const kept = await use([found([], true)]);
    expect(kept.calls).toHaveLength(1);
    expect(model()).toBe('/models/own.onnx');
    state.picks = ['Type the names…'];
    state.typed = ['Smiling, Male'];
    const named = await use([found([], true), written]);
    expect(named.calls[1]!.params.words).toEqual({ names: 'Smiling, Male' });
    expect(model()).toBe(named.out);
  });
});
