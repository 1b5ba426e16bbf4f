"""MobileNetV2 with the head of the original work, and its initial weights."""

from __future__ import annotations

import base64
import pickle
import re
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
from torchvision.models import mobilenet_v2

from .errors import UserError
from .tables import are_same


class FaceAttributes(nn.Module):
    """float32 `[n, 3, height, width]` in [-1, 1] → logits `[n, attributes]`.

    Sandler et al., 'MobileNetV2' (CVPR 2018); average pooling, Dense 1536, ReLU, batch norm, dropout, Dense as in the original work.
    """

    def __init__(self, attributes: int, dropout: float = 0.3) -> None:
        super().__init__()
        self.features = mobilenet_v2().features
        for module in self.features.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.eps, module.momentum = 1e-3, 0.05  # those of the pre-trained weights
        self.fc = nn.Linear(1280, 1536)
        self.bn = nn.BatchNorm1d(1536)
        self.drop = nn.Dropout(dropout)
        self.out = nn.Linear(1536, attributes)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        pooled = F.adaptive_avg_pool2d(self.features(images), 1).flatten(1)
        return self.out(self.drop(self.bn(F.relu(self.fc(pooled)))))


def scaled(crops: torch.Tensor) -> torch.Tensor:
    """Bytes as float32 in [-1, 1], channels first: `[n, height, width, 3]` → `[n, 3, height, width]`."""
    return crops.permute(0, 3, 1, 2).float() / 127.5 - 1


def initialize(network: FaceAttributes, init: str, attributes: list[str]) -> None:
    """Initializes the weights of a network of these attributes.

    `init`: 'random', 'torchvision' (ImageNet, downloaded), a folder of the npm package nsfwjs, or a
    .pt file of an earlier training.
    """
    if init == 'random':
        return
    if init == 'torchvision':
        from torchvision.models import MobileNet_V2_Weights

        network.features.load_state_dict(mobilenet_v2(weights=MobileNet_V2_Weights.IMAGENET1K_V2).features.state_dict())
        for module in network.features.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.eps = 1e-5
        return
    path = Path(init)
    if path.is_dir():
        _load_keras(network, read_tfjs(path))
    elif path.suffix == '.pt':
        load_weights(network, path, attributes)
    else:
        raise UserError(f"--init: expected random, torchvision, a folder of nsfwjs or a .pt file, got {init!r}")


def hidden_layers(network: FaceAttributes, block: int) -> tuple[nn.Sequential, nn.Sequential, nn.Conv2d, nn.BatchNorm2d]:
    """The four parts of a block: expansion (in the first block the network's first layer), depthwise
    convolution, projection, and the projection's batch norm."""
    convolutions = network.features[block].conv
    return (network.features[0], *convolutions) if block == 1 else tuple(convolutions)


def set_widths(network: FaceAttributes, widths: dict[int, int]) -> None:
    """Sets the number of hidden channels of blocks, in place. Changed layers get new random weights.

    `widths`: channels by block number, from 1 on.
    """
    for block, width in widths.items():
        widening, depthwise, narrowing, _ = hidden_layers(network, block)
        if widening[0].out_channels == width:
            continue
        for layer in (widening, depthwise):
            before = layer[0]
            channels = (before.in_channels if layer is widening else width, width)
            groups = 1 if layer is widening else width
            layer[0] = nn.Conv2d(*channels, before.kernel_size, before.stride, before.padding, groups=groups, bias=False)
            layer[1] = nn.BatchNorm2d(width, eps=layer[1].eps, momentum=layer[1].momentum)
        at = [*network.features[block].conv].index(narrowing)
        network.features[block].conv[at] = nn.Conv2d(width, narrowing.out_channels, 1, bias=False)


def widths_of(state: dict[str, torch.Tensor]) -> dict[int, int]:
    """Hidden channels of the blocks of a state dict, by block number."""
    names = {block: f'features.{block}.conv.0.0.weight' for block in range(1, 18)}
    return {block: len(state[name]) for block, name in names.items() if name in state}


def load_weights(network: FaceAttributes, path: Path, begun: list[str] | None = None) -> None:
    """Loads weights of an earlier training, also of pruned networks (../narrow.py).

    `begun`: attributes of a training that begins with these weights. Its last layer stays random
    unless the weights are of the same attributes. Without it, a UserError is raised if the weights
    are of another number of attributes: what a random layer says would be taken for predictions.
    """
    content = read_content(path)
    state = state_in(content)
    set_widths(network, widths_of(state))
    outputs = outputs_of(state)
    random_last = begun is not None and not (
        outputs == len(begun) and are_same(content.get('attributes', begun), begun)
    )
    if random_last:
        state = {name: value for name, value in state.items() if not name.startswith('out.')}
    elif outputs not in (0, network.out.out_features):
        wanted = network.out.out_features
        raise UserError(f'{str(path)!r}: expected weights of {wanted} attributes, got {outputs}')
    try:
        missing, unexpected = network.load_state_dict(state, strict=False)
    except RuntimeError as error:
        raise UserError(f'{str(path)!r} does not contain weights of this network: {error}') from error
    wrong = [*unexpected, *(n for n in missing if not (random_last and n.startswith('out.')))]
    if wrong:
        raise UserError(f'{str(path)!r} does not contain weights of this network: {", ".join(wrong[:3])} …')


def state_in(content: dict) -> dict[str, torch.Tensor]:
    """The state dict in a file of ../train.py, or in a file that contains nothing else."""
    return content['model'] if 'model' in content else content


def outputs_of(state: dict[str, torch.Tensor]) -> int:
    """Number of attributes of the last layer in a state dict; 0 if it has none."""
    return len(state['out.weight']) if 'out.weight' in state else 0


def read_content(path: Path) -> dict:
    """The content of a file of weights. Raises a UserError if it cannot be read."""
    try:
        content = torch.load(path, map_location='cpu')
    except (OSError, RuntimeError, EOFError, ValueError, pickle.UnpicklingError) as error:
        raise UserError(f'cannot read {str(path)!r} as weights of PyTorch: {error}') from error
    if not isinstance(content, dict):
        raise UserError(f'cannot read {str(path)!r} as weights of PyTorch: expected a dictionary, got {type(content).__name__}')
    return content


# -------------------------------------------------- MobileNetV2 of Keras, in the npm package nsfwjs


def read_tfjs(folder: Path) -> dict[str, np.ndarray]:
    """Weights of nsfwjs 4.3.0 (MIT), `dist/models/mobilenet_v2`: a MobileNetV2 that was trained on
    ImageNet, and whose last blocks were fine-tuned.

    One script lists the tensors (shape, dtype, quantization), another contains their bytes in base64.
    """
    if (folder / 'dist').is_dir():
        folder = folder / 'dist' / 'models' / 'mobilenet_v2'
    try:
        manifest = (folder / 'model.min.js').read_text()
        shard = (folder / 'group1-shard1of1.min.js').read_text()
    except OSError as error:
        raise UserError(f'{str(folder)!r} contains no MobileNetV2 of nsfwjs: {error}') from error
    number = r'-?[\d.]+(?:e-?\d+)?'
    entry = re.compile(
        r'\{name:"([^"]+)",shape:\[([\d,]*)\],dtype:"float32"(?:,quantization:\{min:(%s),scale:(%s),dtype:"uint8"\})?\}' % (number, number)
    )
    data = base64.b64decode(max(re.findall(r'"([A-Za-z0-9+/=]+)"', shard), key=len))
    weights, at = {}, 0
    for name, shape, low, scale in entry.findall(manifest):
        dims = [int(v) for v in shape.split(',') if v]
        count = int(np.prod(dims)) if dims else 1
        if scale:
            values = np.frombuffer(data, np.uint8, count, at) * np.float32(scale) + np.float32(low)
            at += count
        else:
            values = np.frombuffer(data, np.float32, count, at)
            at += 4 * count
        weights[name] = values.astype(np.float32).reshape(dims)
    if at != len(data):
        raise UserError(f'{str(folder)!r}: the listed tensors take {at} bytes, got {len(data)}; expected nsfwjs 4.3.0')
    return weights


def _load_keras(network: FaceAttributes, weights: dict[str, np.ndarray]) -> None:
    def conv(module: nn.Conv2d, name: str) -> None:
        order = (2, 3, 0, 1) if 'depthwise' in name else (3, 2, 0, 1)
        module.weight.data.copy_(torch.from_numpy(weights[name].transpose(order).copy()))

    def norm(module: nn.BatchNorm2d, name: str) -> None:
        module.weight.data.copy_(torch.from_numpy(weights[f'{name}/gamma']))
        module.bias.data.copy_(torch.from_numpy(weights[f'{name}/beta']))
        module.running_mean.copy_(torch.from_numpy(weights[f'{name}/moving_mean']))
        # Quantization has made some of them negative.
        module.running_var.copy_(torch.from_numpy(weights[f'{name}/moving_variance']).clamp_min(1e-4))

    features = network.features
    conv(features[0][0], 'Conv1/kernel'), norm(features[0][1], 'bn_Conv1')
    conv(features[18][0], 'Conv_1/kernel'), norm(features[18][1], 'Conv_1_bn')
    first = features[1].conv
    conv(first[0][0], 'expanded_conv_depthwise/depthwise_kernel'), norm(first[0][1], 'expanded_conv_depthwise_BN')
    conv(first[1], 'expanded_conv_project/kernel'), norm(first[2], 'expanded_conv_project_BN')
    for i in range(2, 18):
        block, name = features[i].conv, f'block_{i - 1}'
        conv(block[0][0], f'{name}_expand/kernel'), norm(block[0][1], f'{name}_expand_BN')
        conv(block[1][0], f'{name}_depthwise/depthwise_kernel'), norm(block[1][1], f'{name}_depthwise_BN')
        conv(block[2], f'{name}_project/kernel'), norm(block[3], f'{name}_project_BN')
