import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { channelsLast } from '../../src/faces/channels-last';
import { openModel } from '../../src/faces/model';
import { temporaryFolder, writeFiles } from '../support/images';
import { bundled } from '../support/engine';
import { hasModules, PYTHON } from '../support/python';

/** Checks what was changed, and writes the network with every NhwcConv as what it is defined to be: a Conv between two transpositions. */
const BACK = `
import sys, numpy, onnx
from onnx import helper, numpy_helper
first, last = (onnx.load(path) for path in sys.argv[1:3])
weights = {each.name: each for each in last.graph.initializer}

def convolutions(model, op):
    return [node for node in model.graph.node if node.op_type == op]

def channels(node):
    tensor = next(each for each in first.graph.initializer if each.name == node.input[1])
    group = next((each.i for each in node.attribute if each.name == "group"), 1)
    return tensor.data_type == onnx.TensorProto.FLOAT16 and tensor.dims[1] * group >= 8

expected = [node.output[0] for node in convolutions(first, "Conv") if channels(node)]
assert [node.output[0] for node in convolutions(last, "NhwcConv")] == expected and len(expected) > 40, len(expected)
assert len(convolutions(last, "Conv")) == len(convolutions(first, "Conv")) - len(expected)
assert len(convolutions(last, "Transpose")) == len(convolutions(first, "Transpose")) + 2
assert {(each.domain, each.version) for each in last.opset_import} == {("", 17), ("com.microsoft", 1)}
assert [str(entry) for entry in first.metadata_props] == [str(entry) for entry in last.metadata_props]

nodes = []
for node in last.graph.node:
    if node.op_type != "NhwcConv":
        nodes.append(node)
        continue
    assert node.domain == "com.microsoft"
    name, output = node.input[1], node.output[0]
    turned = numpy_helper.to_array(weights[name]).transpose(0, 3, 1, 2)
    last.graph.initializer.append(numpy_helper.from_array(numpy.ascontiguousarray(turned), name + "_oihw"))
    conv = helper.make_node("Conv", [output + "_in", name + "_oihw", *node.input[2:]], [output + "_out"])
    conv.attribute.extend(node.attribute)
    nodes.append(helper.make_node("Transpose", [node.input[0]], [output + "_in"], perm=[0, 3, 1, 2]))
    nodes += [conv, helper.make_node("Transpose", [output + "_out"], [output], perm=[0, 2, 3, 1])]
del last.graph.node[:]
last.graph.node.extend(nodes)
del last.opset_import[1:]
onnx.checker.check_model(last, full_check=True)
onnx.save(last, sys.argv[3])
`;

describe('a network laid out channels last', () => {
  it.skipIf(!hasModules(['onnx', 'numpy'], 'comparing networks laid out channels last', ['python3-onnx']))(
    'says what it said before, its convolutions taken back one by one',
    async () => {
      const folder = await temporaryFolder();
      const [last, back] = [join(folder, 'last.onnx'), join(folder, 'back.onnx')];
      await writeFiles(folder, { 'last.onnx': Buffer.from(channelsLast(await readFile(bundled.gpu))!), 'back.py': BACK });
      await promisify(execFile)(PYTHON, [join(folder, 'back.py'), bundled.gpu, last, back]);
      const crops = Uint8Array.from({ length: 2 * 192 * 160 * 3 }, (_, i) => Math.imul(i, 2654435761) >>> 24);
      const said = await Promise.all(
        [bundled.gpu, back].map(async (file) => {
          const model = await openModel(file, { provider: 'cpu' });
          return Array.from(await model.infer(crops, 2));
        }),
      );
      expect(said[1]).toHaveLength(80);
      said[1]!.forEach((value, i) => {
        expect(value).toBeCloseTo(said[0]![i]!, 5);
      });
    },
  );

  it('is left as it is where it has no such convolutions, or is no network', async () => {
    expect(channelsLast(await readFile(bundled.cpu))).toBeUndefined();
    expect(channelsLast(await readFile(bundled.detector))).toBeUndefined();
    expect(channelsLast(Buffer.from('not a network'))).toBeUndefined();
    expect(channelsLast(new Uint8Array(1000).fill(255))).toBeUndefined();
  });
});
