import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { toFloat32 } from '../../src/networks/float16-to-float32';
import { readModelMetadata } from '../../src/networks/model-metadata';
import { bundled } from '../support/engine';
import { temporaryFolder, writeFiles } from '../support/images';
import { hasModules, PYTHON } from '../support/python';

/**
 * Checks, with the onnx package and numpy, that a network in float32 is valid and equals another.
 */
const CHECK = `
import sys, numpy, onnx
from onnx import numpy_helper
half, wide = (onnx.load(path) for path in sys.argv[1:3])
onnx.checker.check_model(wide, full_check=True)

def tensors(model):
    yield from model.graph.initializer
    for node in model.graph.node:
        yield from (attribute.t for attribute in node.attribute if attribute.type == onnx.AttributeProto.TENSOR)

count = 0
for a, b in zip(tensors(half), tensors(wide), strict=True):
    a, b = numpy_helper.to_array(a), numpy_helper.to_array(b)
    assert b.dtype == numpy.float32 if a.dtype == numpy.float16 else b.dtype == a.dtype, (a.dtype, b.dtype)
    assert numpy.array_equal(a.astype(b.dtype), b)
    count += a.dtype == numpy.float16
casts = [attribute.i for node in wide.graph.node if node.op_type == "Cast" for attribute in node.attribute]
assert set(casts) == {onnx.TensorProto.FLOAT}, casts
assert [str(entry) for entry in half.metadata_props] == [str(entry) for entry in wide.metadata_props]
print(count)
`;

describe('toFloat32', () => {
  it.skipIf(!hasModules(['onnx', 'numpy'], 'comparing converted weights', ['python3-onnx']))(
    'keeps all numbers, as the onnx package reads them',
    async () => {
      const bytes = toFloat32(await readFile(bundled.gpu))!;
      const folder = await temporaryFolder();
      await writeFiles(folder, { 'wide.onnx': Buffer.from(bytes), 'check.py': CHECK });
      const { stdout } = await promisify(execFile)(PYTHON, [
        join(folder, 'check.py'),
        bundled.gpu,
        join(folder, 'wide.onnx'),
      ]);
      expect(Number(stdout)).toBeGreaterThan(100);
      expect(await readModelMetadata(join(folder, 'wide.onnx'))).toEqual(
        await readModelMetadata(bundled.gpu),
      );
    },
  );

  it('returns undefined for other networks, and files that are not networks', async () => {
    const bytes = await readFile(bundled.gpu);
    expect(toFloat32(await readFile(bundled.cpu))).toBeUndefined();
    expect(toFloat32(Buffer.from('not a network'))).toBeUndefined();
    expect(toFloat32(bytes.subarray(0, bytes.length / 2))).toBeUndefined();
    expect(toFloat32(new Uint8Array(1000).fill(255))).toBeUndefined();
  });
});
