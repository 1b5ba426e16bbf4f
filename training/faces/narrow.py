"""Channel pruning of a trained network without labels.

A block of MobileNetV2 expands the channels, applies a depthwise convolution and projects them back.
The first blocks have the largest images, take most of the time and have redundant channels. Each
block keeps the channels from which a linear layer reconstructs the block's output best (He et al.,
'Channel pruning for accelerating very deep neural networks', ICCV 2017; here by exact backward
elimination). Then all pruned blocks are fitted together to the outputs of the original ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, pi

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from .network import FaceAttributes, hidden_layers, scaled, set_widths
from .progress import progress

# Number of crops, and maximum number of their layers' pixels, from which channels are chosen.
CHOSEN_ON = 96
PIXELS = 60_000
RATE = 0.006
WARM_UP = 100
LAST_RATE = 0.02


@dataclass
class Block:
    """A block with folded batch norms: weights and biases of its three convolutions."""

    parameters: list[torch.Tensor]
    first: bool
    stride: int
    residual: bool

    def hidden(self, values: torch.Tensor) -> torch.Tensor:
        widen, widen_bias, depthwise, depthwise_bias, *_ = self.parameters
        wide = F.conv2d(values, widen, widen_bias, stride=2, padding=1) if self.first else F.conv2d(values, widen, widen_bias)
        return F.conv2d(wide.clamp(0, 6), depthwise, depthwise_bias, stride=self.stride, padding=1, groups=len(depthwise)).clamp(0, 6)

    def narrowed(self, hidden: torch.Tensor, values: torch.Tensor) -> torch.Tensor:
        given = F.conv2d(hidden, *self.parameters[4:])
        return values + given if self.residual else given

    def __call__(self, values: torch.Tensor) -> torch.Tensor:
        return self.narrowed(self.hidden(values), values)


def folded(network: FaceAttributes, number: int) -> Block:
    """A block of a network in evaluation mode, with folded batch norms."""
    widening, depthwise, narrowing, norm = hidden_layers(network, number)
    parameters = []
    for convolution, batch_norm in ((widening[0], widening[1]), (depthwise[0], depthwise[1]), (narrowing, norm)):
        factor = batch_norm.weight / torch.sqrt(batch_norm.running_var + batch_norm.eps)
        parameters += [convolution.weight * factor[:, None, None, None], batch_norm.bias - batch_norm.running_mean * factor]
    residual = number > 1 and network.features[number].use_res_connect
    return Block([value.detach().clone() for value in parameters], number == 1, depthwise[0].stride[0], residual)


def unfold(network: FaceAttributes, number: int, block: Block) -> None:
    """The inverse of `folded`: the batch norms only add the biases."""
    widening, depthwise, narrowing, norm = hidden_layers(network, number)
    for i, (convolution, batch_norm) in enumerate(((widening[0], widening[1]), (depthwise[0], depthwise[1]), (narrowing, norm))):
        convolution.weight.data.copy_(block.parameters[2 * i])
        batch_norm.bias.data.copy_(block.parameters[2 * i + 1])
        batch_norm.weight.data.fill_(1)
        batch_norm.running_mean.zero_()
        batch_norm.running_var.fill_(1 - batch_norm.eps)


def rows(values: torch.Tensor, every: int) -> torch.Tensor:
    """`[n, channels, height, width]` → `[n · height · width / every, channels]`."""
    return values.permute(0, 2, 3, 1).reshape(-1, values.shape[1])[::every]


def choose(hidden: torch.Tensor, given: torch.Tensor, width: int) -> tuple[list[int], torch.Tensor, torch.Tensor, float]:
    """Selects the `width` channels of `hidden` from which a linear layer predicts `given` best.

    `hidden`: `[n, channels]`; `given`: `[n, outputs]`, each weighted by the inverse of its variance.
    Returns the channels, the layer's weights `[outputs, width]` and biases `[outputs]`, and the
    unexplained share of the variance.
    """
    channels, deviation = hidden.shape[1], given.std(0).clamp_min(1e-6)
    inputs = torch.cat([hidden, torch.ones(len(hidden), 1)], 1).double()
    outputs = (given / deviation).double()
    inner = inputs.T @ inputs + 1e-6 * torch.eye(channels + 1, dtype=torch.double)
    mixed = inputs.T @ outputs
    kept = list(range(channels))
    while True:
        columns = [*kept, channels]
        inverse = torch.linalg.inv(inner[columns][:, columns])
        weights = inverse @ mixed[columns]
        if len(kept) == width:
            break
        # The exact increase of the squared error without each channel.
        kept.pop(((weights[:-1] ** 2).sum(1) / inverse.diagonal()[:-1]).argmin().item())
    left = ((outputs - inputs[:, columns] @ weights) ** 2).sum() / ((outputs - outputs.mean(0)) ** 2).sum()
    weights = weights.float() * deviation
    return kept, weights[:-1].T.contiguous(), weights[-1].clone(), left.item()


def altered(crops: np.ndarray, draw: np.random.Generator) -> torch.Tensor:
    """Augments crops by flips, and changes of brightness and contrast."""
    images = scaled(torch.from_numpy(crops))
    if draw.random() < 0.5:
        images = images.flip(3)
    shape = (len(crops), 1, 1, 1)
    contrast, light = (torch.from_numpy(draw.uniform(*limits, shape).astype(np.float32)) for limits in ((0.8, 1.2), (-0.15, 0.15)))
    return (images * contrast + light).clamp(-1, 1)


def narrow(network: FaceAttributes, widths: list[int], crops: np.ndarray, positions: np.ndarray, steps: int, batch: int, seed: int) -> dict[int, float]:
    """Prunes the first blocks to `widths` channels, in place.

    Returns the unexplained share of the variance by block number.
    """
    network.eval()
    draw = np.random.default_rng(seed)
    wide = [folded(network, number) for number in range(1, len(widths) + 1)]
    variances, narrow_blocks = begin(wide, widths, scaled(torch.from_numpy(crops[np.sort(draw.permutation(positions)[:CHOSEN_ON])])))
    left = fit(wide, narrow_blocks, variances, lambda: altered(crops[np.sort(draw.choice(positions, batch))], draw), steps)
    set_widths(network, dict(enumerate(widths, 1)))
    for number, block in enumerate(narrow_blocks, 1):
        unfold(network, number, block)
    return dict(enumerate(left, 1))


@torch.no_grad()
def begin(wide: list[Block], widths: list[int], images: torch.Tensor) -> tuple[list[torch.Tensor], list[Block]]:
    """Variances of the blocks' outputs, `[channels]` each, and the blocks with selected channels."""
    variances, blocks = [], []
    values = images
    for number, (block, width) in enumerate(zip(wide, widths), 1):
        hidden = block.hidden(values)
        given = F.conv2d(hidden, *block.parameters[4:])
        parameters = [value.clone() for value in block.parameters]
        if width < hidden.shape[1]:
            every = max(1, hidden.numel() // hidden.shape[1] // PIXELS)
            kept, weights, biases, left = choose(rows(hidden, every), rows(given, every), width)
            print(f'block {number}: {width} of {hidden.shape[1]} channels, {100 * left:.2f} % of the variance left')
            parameters = [value[kept].clone() for value in parameters[:4]] + [weights[:, :, None, None], biases]
        blocks.append(Block(parameters, block.first, block.stride, block.residual))
        values = values + given if block.residual else given
        variances.append(values.var((0, 2, 3)))
    return variances, blocks


def fit(wide: list[Block], blocks: list[Block], variances: list[torch.Tensor], images, steps: int) -> list[float]:
    """Fits the sequence of pruned blocks to the outputs of the original ones.

    Returns the unexplained share of the variance for each block.
    """
    # Steps are relative to the size of the weights, because folded batch norms make channels differ
    # by orders of magnitude.
    starts, sizes, changes = [], [], []
    for block in blocks:
        for weights, biases in zip(block.parameters[0::2], block.parameters[1::2]):
            size = weights.abs().flatten(1).mean(1).clamp_min(1e-4)
            starts += [weights, biases]
            sizes += [size[:, None, None, None], size * weights[0].numel() ** 0.5 / 2]
            changes += [torch.zeros_like(weights, requires_grad=True), torch.zeros_like(biases, requires_grad=True)]
    optimizer = torch.optim.Adam(changes, lr=RATE, betas=(0.9, 0.98))
    left = np.zeros(len(blocks))
    for step in progress(range(steps), 'fitting', steps):
        for group in optimizer.param_groups:
            group['lr'] = RATE * min(1, (step + 1) / WARM_UP) * max(LAST_RATE, (1 + cos(pi * step / steps)) / 2)
        fitted = [start + size * change for start, size, change in zip(starts, sizes, changes)]
        values = wanted = images()
        losses = []
        for i, (block, variance) in enumerate(zip(blocks, variances)):
            with torch.no_grad():
                wanted = wide[i](wanted)
            values = Block(fitted[6 * i : 6 * i + 6], block.first, block.stride, block.residual)(values)
            losses.append((((values - wanted) ** 2).mean((0, 2, 3)) / variance.clamp_min(1e-6)).mean())
        optimizer.zero_grad()
        sum(losses).backward()
        nn.utils.clip_grad_norm_(changes, 1)
        optimizer.step()
        left += (np.array([loss.item() for loss in losses]) - left) * (1 if step == 0 else 0.03)
    for i, block in enumerate(blocks):
        block.parameters = [
            (start + size * change).detach() for start, size, change in zip(*(each[6 * i : 6 * i + 6] for each in (starts, sizes, changes)))
        ]
    return left.tolist()
