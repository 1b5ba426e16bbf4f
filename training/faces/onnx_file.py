"""Export of a network as a self-describing ONNX file, and rewriting of its graph."""

from __future__ import annotations

import inspect
import json
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from .calibration import Calibration
from .crops import Framing
from .network import FaceAttributes, scaled

OPSET = 17
PREFIX = 'face_clusters.'


@dataclass
class About:
    """Metadata of the file, under keys that begin with `face_clusters.`.

    src/networks/model-metadata.ts reads it.
    """

    attributes: list[str]
    framing: Framing
    frequencies: list[float]
    """Share of the training faces with each attribute."""
    thresholds: list[float] | None
    """Thresholds at which both values of an attribute are recognized equally well."""
    text: str
    """Origin and permitted uses of the network."""

    def write(self, model: onnx.ModelProto) -> None:
        framing = {'width': self.framing.width, 'height': self.framing.height, 'stretch': self.framing.stretch}
        entries = {
            'attributes': json.dumps(self.attributes),
            'framing': json.dumps(framing),
            'frequencies': json.dumps([round(v, 4) for v in self.frequencies]),
            'about': self.text,
        }
        if self.thresholds is not None:
            entries['thresholds'] = json.dumps({'balanced': [round(v, 4) for v in self.thresholds]})
        del model.metadata_props[:]
        helper.set_model_props(model, {PREFIX + key: value for key, value in entries.items()})


class Whole(nn.Module):
    """uint8 `[n, height, width, 3]` → probabilities, float32 `[n, attributes]`."""

    def __init__(self, network: FaceAttributes) -> None:
        super().__init__()
        self.network = network

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return torch.sigmoid(self.network(scaled(images)))


@torch.no_grad()
def fold_head(network: FaceAttributes, calibration: Calibration | None) -> None:
    """Folds the calibration and the head's batch norm into the last layer, in place.

    The network can then only be used for inference.
    """
    out, norm = network.out, network.bn
    if calibration is not None:
        scale, shift = (torch.tensor(v, dtype=torch.float32) for v in (calibration.scale, calibration.shift))
        out.weight.mul_(scale[:, None])
        out.bias.mul_(scale).add_(shift)
    factor = norm.weight / torch.sqrt(norm.running_var + norm.eps)
    out.bias.add_(out.weight @ (norm.bias - norm.running_mean * factor))
    out.weight.mul_(factor)
    network.bn = nn.Identity()


def export(network: FaceAttributes, framing: Framing, path: Path) -> onnx.ModelProto:
    """Writes the float32 file with a dynamic batch size, and returns its content."""
    whole = Whole(network).eval()
    example = torch.randint(0, 256, (2, framing.height, framing.width, 3), dtype=torch.uint8)
    options = {'dynamo': False} if 'dynamo' in inspect.signature(torch.onnx.export).parameters else {}
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        torch.onnx.export(
            whole, example, str(path), input_names=['images'], output_names=['probabilities'],
            dynamic_axes={'images': {0: 'n'}, 'probabilities': {0: 'n'}}, opset_version=OPSET, **options,
        )  # fmt: skip
    return onnx.load(str(path))


def clip_at_one(model: onnx.ModelProto) -> onnx.ModelProto:
    """Replaces every ReLU6 by a clip to [0, 1], and scales the weights around it by 6 and 1/6.

    CUDA's provider computes this clip in one pass (HardSigmoid; see
    src/networks/clip-to-hard-sigmoid.ts). The weights are scaled before they are rounded to float16,
    so the accuracy does not change.
    """
    scaled_model = onnx.ModelProto()
    scaled_model.CopyFrom(model)
    graph = scaled_model.graph
    tensors = {tensor.name: tensor for tensor in graph.initializer}
    constants = {node.output[0]: node.attribute[0].t for node in graph.node if node.op_type == 'Constant'}

    def value(name: str) -> np.ndarray:
        return numpy_helper.to_array(tensors[name] if name in tensors else constants[name])

    def scale(name: str, by: float) -> None:
        tensors[name].CopyFrom(numpy_helper.from_array((value(name) * by).astype(np.float32), name))

    clips = {node.input[0]: node for node in graph.node if node.op_type == 'Clip' and (value(node.input[1]), value(node.input[2])) == (0, 6)}
    sixths = set()
    """Tensors that have a sixth of their original values."""
    for node in graph.node:
        given = node.output[0]
        if node.op_type == 'Clip' and node.input[0] in clips:
            constants[node.input[2]].CopyFrom(numpy_helper.from_array(np.float32(1)))
            sixths.add(given)
        elif node.op_type in ('Conv', 'Gemm'):
            divisor = 6 if given in clips else 1
            scale(node.input[1], (6 if node.input[0] in sixths else 1) / divisor)
            scale(node.input[2], 1 / divisor)
        elif any(name in sixths for name in node.input):
            if node.op_type not in ('GlobalAveragePool', 'Flatten'):
                raise ValueError(f'{node.op_type} after a ReLU6: its output cannot be scaled')
            sixths.add(given)
    del graph.value_info[:]
    onnx.checker.check_model(scaled_model)
    return scaled_model


EXACT_CONVOLUTIONS = 3
"""Number of initial convolutions that stay in float32. MobileNetV2's first convolutions have the
largest outputs, whose rounding causes most of the error of float16."""


def to_float16(model: onnx.ModelProto, exact: int = EXACT_CONVOLUTIONS) -> onnx.ModelProto:
    """Converts the graph to float16, with uint8 input and float32 output.

    All nodes up to the `exact`-th convolution stay in float32.
    """
    half = onnx.ModelProto()
    half.CopyFrom(model)
    graph = half.graph
    nodes = list(graph.node)
    convolutions = [i for i, node in enumerate(nodes) if node.op_type == 'Conv'][:exact]
    border = convolutions[-1] + 1 if convolutions else 0
    kept = {name for node in nodes[:border] for name in node.input}
    for tensor in graph.initializer:
        if tensor.data_type == TensorProto.FLOAT and tensor.name not in kept:
            tensor.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(tensor).astype(np.float16), tensor.name))
    for node in nodes[border:]:
        for attribute in node.attribute:
            if node.op_type == 'Cast' and attribute.name == 'to' and attribute.i == TensorProto.FLOAT:
                attribute.i = TensorProto.FLOAT16
            elif node.op_type == 'Constant' and attribute.name == 'value' and attribute.t.data_type == TensorProto.FLOAT:
                attribute.t.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(attribute.t).astype(np.float16)))
    if border > 0:
        whole = nodes[border - 1].output[0]
        rounded = f'{whole}_float16'
        for node in nodes[border:]:
            node.input[:] = [rounded if name == whole else name for name in node.input]
        nodes.insert(border, helper.make_node('Cast', [whole], [rounded], to=TensorProto.FLOAT16))
    last = nodes[-1]
    output = last.output[0]
    last.output[0] = f'{output}_float16'
    nodes.append(helper.make_node('Cast', [last.output[0]], [output], to=TensorProto.FLOAT))
    del graph.node[:]
    graph.node.extend(nodes)
    del graph.value_info[:]
    onnx.checker.check_model(half)
    return half
