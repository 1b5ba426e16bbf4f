/** Networks from elsewhere are checked before they are used; hostile ones lead to an error. */
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { analysisSettings } from '../../src/domain/settings';
import { EngineDied } from '../../src/engine/client';
import { checkNetwork } from '../../src/networks/check-network';
import { inspectNetwork } from '../../src/networks/inspect-network';
import { openModel } from '../../src/networks/model';
import { FaceStore } from '../../src/store/face-store';
import { hashOf } from '../../src/util/content-hash';
import { CancelledError, UserError } from '../../src/util/errors';
import { bundled, settingsWith, startEngine } from '../support/engine';
import { foreignNetwork } from '../support/foreign-networks';
import { PORTRAITS, temporaryFolder } from '../support/images';
import {
  field,
  graphAttribute,
  message,
  network,
  networkWith,
  node,
  SIDE,
  SMALL,
  tensor,
  tensorAttribute,
  value,
} from '../support/onnx';

async function fileWith(bytes: Uint8Array, name = 'model.onnx'): Promise<string> {
  const file = join(await temporaryFolder(), name);
  await writeFile(file, bytes);
  return file;
}

/** The call of the command 'Use This Model'. */
async function modelInfo(bytes: Uint8Array) {
  return startEngine().call('model', { file: await fileWith(bytes) });
}

/** A tensor whose values are in another file. */
const external = (location: string) =>
  message(
    field(1, 3),
    field(1, 2),
    field(2, 1),
    field(8, 'weights'),
    field(13, message(field(1, 'location'), field(2, location))),
    field(14, 1),
  );
const constant = (bytes: Buffer, output: string) =>
  node('Constant', [], [output], { value: tensorAttribute(bytes) });
const innerGraph = message(
  field(1, node('Identity', ['a'], ['b'])),
  field(2, 'inner'),
  field(12, value('b', 'float', [1])),
);

describe('a network that passes the check', () => {
  it('is described by its attributes and crops', async () => {
    expect(await modelInfo(network())).toEqual({
      attributes: ['A', 'B'],
      crop: { width: SIDE, height: SIDE, stretch: false },
      notices: [],
    });
  });

  it('may compute shapes from the size of its input', async () => {
    const bytes = networkWith(
      [
        node('Shape', ['means'], ['shape']),
        node('Gather', ['shape', 'zero'], ['n']),
        node('Concat', ['n', 'three'], ['target'], { axis: 0 }),
        node('Expand', ['one', 'target'], ['ones']),
        node('Mul', ['means', 'ones'], ['passed']),
      ],
      [
        tensor('zero', 'int64', [1], [0]),
        tensor('three', 'int64', [1], [3]),
        tensor('one', 'float', [1, 1], [1]),
      ],
    );
    expect(await modelInfo(bytes)).toMatchObject({ attributes: ['A', 'B'] });
  });

  it('may have attributes named like members of Object.prototype', async () => {
    const attributes = ['constructor', '__proto__'];
    expect(await modelInfo(network({ metadata: { attributes } }))).toMatchObject({ attributes });
  });
});

describe('inspectNetwork refuses a network', () => {
  it.each<[string, Uint8Array, RegExp]>([
    [
      'weights in another file',
      network({ initializers: [external('weights.bin')] }),
      /weights \('weights'\) are stored in another file.*save_as_external_data=False/,
    ],
    [
      'weights at a path outside of its folder',
      network({ initializers: [external('../../../etc/passwd')] }),
      /stored in another file/,
    ],
    [
      'weights at a memory address',
      network({ initializers: [external('*/_ORT_MEM_ADDR_/*')] }),
      /stored in another file/,
    ],
    [
      'external data, set by a number whose lower 32 bits are 1',
      network({
        initializers: [
          message(tensor('weights', 'float', [3, 2], [1, 2, 3, 4, 5, 6]), field(14, 2 ** 32 + 1)),
        ],
      }),
      /stored in another file/,
    ],
    [
      'a constant in another file',
      networkWith([constant(external('x'), 'c'), node('Add', ['means', 'c'], ['passed'])]),
      /stored in another file/,
    ],
    ['a sparse tensor', network({ graph: [field(15, message(field(3, 1)))] }), /sparse/],
    [
      'functions',
      network({ model: [field(25, message(field(1, 'f')))] }),
      /contains local functions.*inline_local_functions/,
    ],
    [
      'graphs for training',
      network({ model: [field(20, message(field(1, innerGraph)))] }),
      /training graphs/,
    ],
    [
      'a loop',
      networkWith([node('Loop', ['means'], ['passed'], { body: graphAttribute(innerGraph) })]),
      /operator 'Loop', which is not supported/,
    ],
    [
      'a branch',
      networkWith([node('If', ['means'], ['passed'], { then_branch: graphAttribute(innerGraph) })]),
      /'If'/,
    ],
    ['a scan', networkWith([node('Scan', ['means'], ['passed'])]), /'Scan'/],
    [
      'random numbers',
      networkWith([node('RandomNormalLike', ['means'], ['passed'])]),
      /'RandomNormalLike'/,
    ],
    [
      'an image decoder',
      networkWith([node('ImageDecoder', ['means'], ['passed'])]),
      /'ImageDecoder'/,
    ],
    [
      'a subgraph of an operator that has none',
      networkWith([node('Relu', ['means'], ['passed'], { body: graphAttribute(innerGraph) })]),
      /'Relu' contains a subgraph/,
    ],
    [
      'an unknown domain',
      networkWith([node('Relu', ['means'], ['passed'], {}, 'evil.ops')]),
      /'evil.ops.Relu'/,
    ],
    [
      'an operator of ONNX Runtime that opens files',
      networkWith([node('EPContext', ['means'], ['passed'], {}, 'com.microsoft')]),
      /EPContext/,
    ],
    [
      'two types of one operator',
      networkWith([message(node('Loop', ['means'], ['passed']), field(4, 'Relu'))]),
      /names the operator of a node twice/,
    ],
    [
      'an operator with a newline in its name',
      networkWith([node('A\nB', ['means'], ['passed'])]),
      /'A\\u000aB'/,
    ],
    [
      'a constant of terabytes',
      networkWith(
        [node('ConstantOfShape', ['shape'], ['c']), node('Add', ['means', 'c'], ['passed'])],
        [tensor('shape', 'int64', [2], [1e6, 1e6])],
      ),
      /'ConstantOfShape' asks for a size of 1,000,000,000,000/,
    ],
    [
      'an expansion to terabytes by a Constant',
      networkWith([
        constant(tensor('', 'int64', [2], [1e6, 1e6]), 'shape'),
        node('Expand', ['means', 'shape'], ['passed']),
      ]),
      /'Expand' asks for a size/,
    ],
    [
      'padding by billions',
      networkWith(
        [node('Pad', ['means', 'pads'], ['passed'])],
        [tensor('pads', 'int64', [4], [0, 0, 0, 2 ** 40])],
      ),
      /'Pad' asks/,
    ],
    [
      'strides of billions',
      networkWith([node('MaxPool', ['means'], ['passed'], { pads: [2 ** 40, 0] })]),
      /'MaxPool' asks/,
    ],
    [
      'a shape that depends on the pixels',
      networkWith([
        node('ReduceMax', ['means'], ['most'], { axes: [0, 1], keepdims: 0 }),
        node('Cast', ['most'], ['count'], { to: 7 }),
        node('Expand', ['means', 'count'], ['passed']),
      ]),
      /'Expand' makes the size of its output depend on the content of the image/,
    ],
    [
      'text',
      network({ graph: [field(5, message(field(2, 8), field(6, 'text'), field(8, 's')))] }),
      /contains text/,
    ],
    [
      'fewer values than it says',
      network({
        graph: [
          field(5, message(field(1, 1e9), field(2, 1), field(8, 't'), field(9, Buffer.alloc(4)))),
        ],
      }),
      /\[1000000000\] needs 4,000 MB but has 4 bytes/,
    ],
    [
      'a negative dimension',
      network({ graph: [field(5, message(field(1, -1), field(2, 1), field(8, 't')))] }),
      /damaged/,
    ],
    [
      'an output that is no tensor',
      network({ outputs: [message(field(1, 'o'), field(2, field(4, field(1, 1))))] }),
      /'o' is not a tensor/,
    ],
    [
      "ONNX Runtime's own format, even where it is ONNX as well",
      message(field(14, Buffer.from(`..ORTM${' '.repeat(20)}`)), network()),
      /ONNX Runtime's own format/,
    ],
    ['no graph', field(1, 8), /it is not an ONNX model.*has no graph/],
    ['a message without its end', network().subarray(0, 100), /damaged: it ends in the middle/],
    [
      'a length beyond the file',
      message(network(), Buffer.from([0x3a, 0xff, 0xff, 0xff, 0xff, 0x0f])),
      /damaged/,
    ],
    [
      'a group',
      message(network(), Buffer.from([0x0b, 0x0c])),
      /damaged: it has a field of an unknown type/,
    ],
    [
      'millions of empty fields',
      Buffer.alloc(6e6, Buffer.from([0x72, 0x00])),
      /more than 2,000,000 fields/,
    ],
    [
      'more operators than the limit',
      network({ nodes: Array.from({ length: 50_001 }, () => node('Relu', ['a'], ['b'])) }),
      /more than 50,000 operators/,
    ],
  ])('with %s', (_, bytes, reason) => {
    expect(() => {
      inspectNetwork(bytes);
    }).toThrow(reason);
    expect(() => {
      inspectNetwork(bytes);
    }).toThrow(UserError);
  });

  it('with messages nested 10,000 deep', async () => {
    let deep: Buffer = Buffer.from('x');
    for (let depth = 0; depth < 10_000; depth++) deep = field(7, deep);
    await expect(modelInfo(deep)).rejects.toThrow(UserError);
  });

  it('when it is opened, too, in case it was replaced', async () => {
    const file = await fileWith(networkWith([node('Loop', ['means'], ['passed'])]));
    await expect(openModel(file, { provider: 'cpu' })).rejects.toThrow(
      /cannot be used: it contains the operator 'Loop'/,
    );
  });
});

describe('the test run refuses a network', () => {
  it.each<[string, Uint8Array, RegExp]>([
    [
      'that gives logits',
      network({
        nodes: [
          ...SMALL.nodes.slice(0, 2),
          node('MatMul', ['means', 'weights'], ['probabilities']),
        ],
        initializers: [tensor('weights', 'float', [3, 2], [9, 9, 9, 9, 9, 9])],
      }),
      /output 'probabilities' \(float32 \[n, 2\]\) is a weighted sum \(a logit\).*--activation/,
    ],
    [
      'that gives NaN',
      networkWith([node('Log', ['means'], ['logs']), node('Sub', ['logs', 'logs'], ['passed'])]),
      /'probabilities' gives NaN for a black image, where a probability from 0 to 1 was expected/,
    ],
    [
      'whose probabilities would become those of a sigmoid once more',
      network({
        nodes: [
          ...SMALL.nodes.slice(0, 3),
          node('Sigmoid', ['logits'], ['inner']),
          node('Relu', ['inner'], ['probabilities']),
        ],
        metadata: { attributes: ['A', 'B'], activation: 'sigmoid' },
      }),
      /from 0 to 1 before the sigmoid that is to be applied, as if that were done already/,
    ],
    [
      'that gives numbers of classes',
      network({
        nodes: [
          ...SMALL.nodes.slice(0, 2),
          node('Cast', ['means'], ['all'], { to: 7 }),
          node('Gather', ['all', 'two'], ['probabilities'], { axis: 1 }),
        ],
        initializers: [tensor('two', 'int64', [2], [0, 1])],
        outputs: [value('probabilities', 'int64', ['n', 2])],
      }),
      /gives numbers from 0 to 255.*these are int64, most likely numbers of classes/,
    ],
    [
      'that takes one image only, but does not say so',
      networkWith(
        [node('Reshape', ['means', 'one'], ['passed'])],
        [tensor('one', 'int64', [2], [1, 3])],
      ),
      /takes one image, but not several at a time, as its input says: export it with a dynamic/,
    ],
    [
      'whose results depend on the other images',
      network({
        nodes: [
          ...SMALL.nodes.slice(0, 3),
          node('Softmax', ['logits'], ['probabilities'], { axis: 0 }),
        ],
      }),
      /different results \(by up to 0\.\d+\) for the same image alone and among others.*model\.eval/,
    ],
    [
      'that takes huge crops',
      network({ inputs: [value('images', 'uint8', ['n', 100_000, 100_000, 3])] }),
      /crops of 100000×100000 pixels; expected sides of 8 to 1024/,
    ],
    [
      'that takes tiny crops',
      network({ inputs: [value('images', 'uint8', ['n', 1, 1, 3])] }),
      /expected sides of 8 to 1024/,
    ],
    [
      'whose operators do not fit together',
      network({ nodes: [node('Add', ['images', 'weights'], ['probabilities'])] }),
      /cannot load the model/,
    ],
    [
      'with a repeated name',
      network({ metadata: { attributes: ['A', 'A'] } }),
      /has as name 2 'A': name 1 is the same; expected a different name for each output.*--names/,
    ],
    [
      'with a newline in a name',
      network({ metadata: { attributes: ['A', 'B\nC'] } }),
      /attributes' has as name 2 'B\\u000aC': expected a name without newlines/,
    ],
    [
      'with a name that overrides the writing direction',
      network({ metadata: { attributes: ['A', '\u202eB'] } }),
      /without newlines and other control/,
    ],
    [
      'with a long name',
      network({ metadata: { attributes: ['A', 'B'.repeat(201)] } }),
      /at most 200 characters/,
    ],
  ])('%s', async (_, bytes, reason) => {
    await expect(modelInfo(bytes)).rejects.toThrow(reason);
  });

  it('that needs more memory than the limit', async () => {
    // No constant is large, but the product is.
    const line = Array.from({ length: 25_000 }, () => 1);
    const bytes = networkWith(
      [
        node('MatMul', ['column', 'row'], ['square']),
        node('ReduceMax', ['square'], ['one'], { keepdims: 0 }),
        node('Mul', ['means', 'one'], ['passed']),
      ],
      [tensor('column', 'float', [25_000, 1], line), tensor('row', 'float', [1, 25_000], line)],
    );
    await expect(modelInfo(bytes)).rejects.toThrow(
      /cannot be used: it needs more than 1,50\d MB of memory/,
    );
  });
});

describe('the test run', () => {
  /** A network that multiplies matrices for minutes. */
  function endless(): Buffer {
    // prettier-ignore
    const square = tensor('square', 'float', [1500, 1500], Array.from({ length: 1500 * 1500 }, () => 0));
    const nodes = Array.from({ length: 4000 }, (_, i) =>
      node('MatMul', [`m${i}`, 'square'], [`m${i + 1}`]),
    );
    return networkWith(
      [
        node('ReduceMax', ['means'], ['most'], { keepdims: 0 }),
        node('Mul', ['most', 'square'], ['m0']),
        ...nodes,
        node('ReduceMax', ['m4000'], ['one'], { keepdims: 0 }),
        node('Mul', ['means', 'one'], ['passed']),
      ],
      [square],
    );
  }

  it('has a time limit', async () => {
    await expect(modelInfo(endless())).rejects.toThrow(
      /cannot be used: it did not finish a test batch within 30 s/,
    );
  });

  it('ends when the call is cancelled, but the engine does not', async () => {
    const engine = startEngine();
    const [slow, good] = [await fileWith(endless()), await fileWith(network())];
    const controller = new AbortController();
    await engine.call('model', { file: good });
    const { pids } = engine;
    const call = engine.call('model', { file: slow }, { signal: controller.signal });
    setTimeout(() => {
      controller.abort();
    }, 500);
    await expect(call).rejects.toBeInstanceOf(CancelledError);
    expect(await engine.call('model', { file: good })).toMatchObject({ attributes: ['A', 'B'] });
    expect(engine.pids).toEqual(pids);
  });

  it.skipIf(process.platform !== 'linux')('ends when the engine is killed', async () => {
    const engine = startEngine();
    const call = engine.call('model', { file: await fileWith(endless()) });
    const pid = await vi.waitUntil(() => engine.pids[0], { timeout: 30_000 });
    const children = () => readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
    await vi.waitUntil(() => children() !== '', { timeout: 30_000 });
    const child = children();
    // Wait until it is past starting up, so that it is killed while it computes.
    await vi.waitUntil(
      () => readFileSync(`/proc/${child}/maps`, 'utf8').includes('libonnxruntime'),
      { timeout: 30_000 },
    );
    process.kill(pid, 'SIGKILL');
    await expect(call).rejects.toBeInstanceOf(EngineDied);
    await vi.waitUntil(() => !existsSync(`/proc/${child}`), { timeout: 15_000 });
  });
});

describe('a run', () => {
  async function analysis(file: string) {
    const folder = await temporaryFolder();
    const settings = analysisSettings(settingsWith({ model: file, limit: 3 }));
    const storeDir = join(folder, 'store');
    return {
      runDir: join(folder, 'run'),
      id: 'r',
      folders: [PORTRAITS],
      settings,
      bundled,
      storeDir,
    };
  }

  it('checks its network once and remembers it by its content', async () => {
    const params = await analysis(await fileWith(network()));
    const engine = startEngine();
    expect(await engine.call('analyze', params)).toMatchObject({
      faces: 3,
      modelAttributes: ['A', 'B'],
    });
    engine.dispose();
    const store = await FaceStore.open(params.storeDir);
    expect(store.note(`network checked 3 ${hashOf(network())}`)).toMatchObject({
      attributes: ['A', 'B'],
    });
    store.close();
    // This process cannot start the check itself (its script is vitest's): the note alone decides.
    const info = { attributes: ['X'], crop: { width: 8, height: 8 } };
    expect(
      await checkNetwork(params.settings.model, 'some hash', {
        notes: { note: () => info, setNote: () => undefined },
      }),
    ).toBe(info);
  });

  it('fails with the reason if its network is refused', async () => {
    const params = await analysis(
      await fileWith(
        network({
          nodes: [...SMALL.nodes.slice(0, 3), node('Neg', ['logits'], ['probabilities'])],
        }),
      ),
    );
    await expect(startEngine().call('analyze', params)).rejects.toThrow(
      /cannot be used: its output 'probabilities' gives numbers from -[\d.]+ to .* where probabilities/,
    );
  });
});

it('softmaxes that are joined are not taken for one', async () => {
  const end = [
    node('Reshape', ['p_sum', 'rows'], ['parts']),
    node('Softmax', ['parts'], ['each'], { axis: 2 }),
    node('Flatten', ['each'], ['p'], { axis: 1 }),
  ];
  const bytes = foreignNetwork({ type: 'uint8' }, [{ name: 'p', values: 6, end }], {
    graph: [field(5, tensor('rows', 'int64', [3], [0, 3, 2]))],
    foreign: { names: 'a,b,c,d,e,f' },
  });
  await expect(startEngine().call('model', { file: await fileWith(bytes) })).rejects.toThrow(
    /its output 'p' joins several softmaxes: its 6 values sum to 3 instead of 1; say with --groups/,
  );
});

describe('the file of a network', () => {
  it('is refused if it is too large, before it is read', async () => {
    const file = await fileWith(network());
    await truncate(file, 40e9);
    await expect(startEngine().call('model', { file })).rejects.toThrow(
      /cannot be read: it has 40,000 MB: expected at most 1,000 MB/,
    );
  });

  it('is refused if it is not a regular file', async () => {
    const folder = join(await temporaryFolder(), 'model.onnx');
    await mkdir(folder);
    await expect(startEngine().call('model', { file: folder })).rejects.toThrow(
      /cannot be read: it is a folder/,
    );
    if (!existsSync('/dev/zero')) return;
    await expect(startEngine().call('model', { file: '/dev/zero' })).rejects.toThrow(
      /cannot be read: it is a device/,
    );
  });
});
