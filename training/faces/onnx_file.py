"""PyTorch → an ONNX file that says by itself what it takes and what its outputs are called."""

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
    """What is written into the file's metadata, under keys that begin with `face_clusters.`; read by src/networks/model-metadata.ts."""

    attributes: list[str]
    framing: Framing
    frequencies: list[float]
    """How often each attribute occurs in what was trained on."""
    thresholds: list[float] | None
    """Probabilities from which both values of an attribute are recognised equally well."""
    text: str
    """Where the network comes from and what it may be used for."""

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
    """Folds calibration and the head's batch norm into the last layer, in place: what is left is a matrix and a vector. For inference only."""
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
    """Writes the float32 file and returns it. Batch size is free."""
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
    """The same network with every ReLU6 a clip to [0, 1]: what lies behind it is a sixth, which the layers around make up for.

    In this form one operator of CUDA's provider does it in one pass (HardSigmoid; see src/networks/clip-to-hard-sigmoid.ts). The weights are scaled before they are
    rounded to float16, so that it costs no accuracy.
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
    """Tensors that hold a sixth of what they held."""
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
                raise ValueError(f'{node.op_type} after a ReLU6: what becomes of a sixth there is not known')
            sixths.add(given)
    del graph.value_info[:]
    onnx.checker.check_model(scaled_model)
    return scaled_model


EXACT_CONVOLUTIONS = 3
"""Convolutions at the beginning that stay in float32: MobileNetV2's first ones give the largest values, and their rounding is most of what float16 changes."""


def to_float16(model: onnx.ModelProto, exact: int = EXACT_CONVOLUTIONS) -> onnx.ModelProto:
    """The same network with float16 inside: uint8 in, float32 out. The first `exact` convolutions and what lies before them compute in float32."""
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
