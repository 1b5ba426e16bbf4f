/** The scores of training/, and how int8 weights are rounded, against independent references. */
import { describe, expect, it } from 'vitest';
import { hasModules, pythonCode } from '../support/python';

const hasSklearn = hasModules(['numpy', 'sklearn'], 'the test of the scores of training/', [
  'python3-sklearn',
]);
const hasOnnx = hasModules(['torch', 'onnx'], 'the test of the quantizer', [
  'python3-torch',
  'python3-onnx',
]);

describe.skipIf(!hasSklearn)('scores', () => {
  it("are scikit-learn's, ties included", () => {
    const printed = pythonCode(`
import numpy as np
from sklearn import metrics
from faces.scores import score
random = np.random.default_rng(4)
p = random.random((400, 3)).astype(np.float32).round(1)
y = (random.random((400, 3)) < p * [1, .5, .1]).astype(np.float32)
own = score(['A', 'B', 'C'], p, y)
for a, name in enumerate('ABC'):
    one = own['perAttribute'][name]
    said = p[:, a] >= .5
    for key, value in (('accuracy', metrics.accuracy_score(y[:, a], said)), ('balancedAccuracy', metrics.balanced_accuracy_score(y[:, a], said)),
                       ('precision', metrics.precision_score(y[:, a], said)), ('recall', metrics.recall_score(y[:, a], said)),
                       ('averagePrecision', metrics.average_precision_score(y[:, a], p[:, a]))):
        assert abs(one[key] - value) < 1e-9, (name, key, one[key], value)
assert abs(own['hammingDistance'] - metrics.hamming_loss(y, p >= .5) * 3) < 1e-9
print('agree')`);
    expect(printed.trim()).toBe('agree');
  });
});

describe.skipIf(!hasOnnx)('the quantizer', () => {
  it('rounds no channel so that two neighbouring products overflow 16 bits, and enlarges only steps that must be', () => {
    const printed = pythonCode(`
import numpy as np
from faces.quantize import channel_scales
random = np.random.default_rng(1)
weight = random.normal(size=(64, 24, 1, 1))
weight[0] = 1
weight[1] = 0; weight[1, 5] = 1
scales = channel_scales(weight, False)
rounded = np.rint(weight.reshape(64, -1) / scales[:, None])
pairs = np.abs(rounded[:, 0::2] + rounded[:, 1::2]).max(1)
assert (pairs * 255 <= 32767).all(), pairs.max()
plain = np.abs(weight.reshape(64, -1)).max(1) / 127
assert scales[0] > 1.9 * plain[0] and abs(scales[1] / plain[1] - 1) < 1e-6
assert np.allclose(channel_scales(weight, True), plain)
print('fits')`);
    expect(printed.trim()).toBe('fits');
  });
});
