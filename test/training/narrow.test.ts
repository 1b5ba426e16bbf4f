/** Narrowing against brute force and numpy; what must not change, does not. */
import { describe, expect, it } from 'vitest';
import { hasModules, pythonCode } from '../support/python';

const isThere = hasModules(['torch', 'torchvision', 'onnx', 'tqdm'], 'the test of narrowing', [
  'python3-torchvision',
  'python3-onnx',
  'python3-tqdm',
]);

describe.skipIf(!isThere)('narrowing', () => {
  it('leaves out, one after the other, the channel without which least squares come nearest', () => {
    const printed = pythonCode(`
import numpy as np, torch
from faces.narrow import choose
draw = np.random.default_rng(3)
hidden = draw.normal(size=(300, 7)) @ draw.normal(size=(7, 7))
given = hidden @ draw.normal(size=(7, 4)) + 0.3 * draw.normal(size=(300, 4)) + 2

def residual(kept):
    inputs = np.c_[hidden[:, kept], np.ones(300)]
    weights, *_ = np.linalg.lstsq(inputs, given, rcond=None)
    return (((given - inputs @ weights) / given.std(0, ddof=1)) ** 2).sum(), weights

kept = list(range(7))
while len(kept) > 3:
    kept = min(([k for k in kept if k != out] for out in kept), key=lambda some: residual(some)[0])
own, weights, biases, left = choose(torch.tensor(hidden).float(), torch.tensor(given).float(), 3)
assert own == kept, (own, kept)
error, expected = residual(kept)
assert np.allclose(weights.numpy().T, expected[:-1], atol=1e-3) and np.allclose(biases.numpy(), expected[-1], atol=1e-3)
spread = (((given - given.mean(0)) / given.std(0, ddof=1)) ** 2).sum()
assert abs(left - error / spread) < 1e-4, (left, error / spread)
print('agree')`);
    expect(printed.trim()).toBe('agree');
  });

  it('folds and unfolds a block to what it was, and reads a narrowed file as it was written', () => {
    const printed = pythonCode(`
import pathlib, tempfile, numpy as np, torch
from faces.narrow import folded, narrow, unfold
from faces.network import FaceAttributes, load_weights, widths_of
torch.manual_seed(1)
network = FaceAttributes(5).eval()
for module in network.modules():
    if isinstance(module, torch.nn.BatchNorm2d):
        module.running_mean.uniform_(-0.2, 0.2), module.running_var.uniform_(0.5, 2), module.bias.data.uniform_(-0.1, 0.5)
images = torch.rand(4, 3, 64, 48) * 2 - 1
with torch.no_grad():
    before = network(images)
    for block in (1, 2, 3):
        unfold(network, block, folded(network, block))
    assert (network(images) - before).abs().max() < 1e-4
crops = np.random.default_rng(1).integers(0, 256, (12, 64, 48, 3), np.uint8)
left = narrow(network, [16, 48], crops, np.arange(12), steps=2, batch=4, seed=1)
assert list(left) == [1, 2] and widths_of(network.state_dict())[2] == 48
with tempfile.TemporaryDirectory() as folder, torch.no_grad():
    path = pathlib.Path(folder, 'best.pt')
    torch.save({'model': network.state_dict()}, path)
    other = FaceAttributes(5)
    load_weights(other, path)
    assert torch.equal(other.eval()(images), network.eval()(images))
print('same')`);
    expect(printed.trim().split('\n').at(-1)).toBe('same');
  });

  it('reads of a file how its network sees, and says what is wrong with one that holds none', () => {
    const printed = pythonCode(`
import pathlib, tempfile, torch
from faces.errors import UserError
from faces.trained import read_trained
with tempfile.TemporaryDirectory() as folder:
    path = pathlib.Path(folder, 'best.pt')
    torch.save({'model': {}, 'recipe': {'width': 96, 'height': 112, 'stretch': True}, 'attributes': ['Smiling', 'Bald']}, path)
    trained = read_trained(path)
    assert (trained.framing.width, trained.framing.height, trained.framing.stretch) == (96, 112, True), trained.framing
    assert trained.attributes == ['Smiling', 'Bald'] and not trained.bare
    torch.save({'out.weight': torch.zeros(2)}, path)
    bare = read_trained(path)
    assert bare.bare and bare.attributes is None and (bare.framing.width, bare.framing.height) == (160, 192)
    for content in (b'', b'no weights', None, [1, 2]):
        if isinstance(content, bytes):
            path.write_bytes(content)
        elif content is None:
            path.unlink()
        else:
            torch.save(content, path)
        try:
            read_trained(path)
        except UserError as error:
            assert str(path) in str(error) and 'weights of PyTorch' in str(error), error
        else:
            raise AssertionError(content)
print('told')`);
    expect(printed.trim().split('\n').at(-1)).toBe('told');
  });
});
