"""Evaluates an exported float32 graph with PyTorch's operators, for the ranges of quantization and to
check the export."""

from __future__ import annotations

import numpy as np
import onnx
import torch
import torch.nn.functional as F
from onnx import numpy_helper

from .errors import UserError


def evaluate(model: onnx.ModelProto, images: np.ndarray) -> dict[str, torch.Tensor]:
    """All values of the graph by name, without constants. `images`: uint8 `[n, height, width, 3]`."""
    values = {tensor.name: torch.from_numpy(numpy_helper.to_array(tensor).copy()) for tensor in model.graph.initializer}
    constants = set(values)
    values[model.graph.input[0].name] = torch.from_numpy(images)
    with torch.inference_mode():
        for node in model.graph.node:
            options = {each.name: onnx.helper.get_attribute_value(each) for each in node.attribute}
            inputs = [values[name] if name else None for name in node.input]
            values[node.output[0]] = _apply(node.op_type, inputs, options)
            if node.op_type in ('Constant', 'Identity'):
                constants.add(node.output[0])
    return {name: value for name, value in values.items() if name not in constants}


def _apply(kind: str, inputs: list, options: dict) -> torch.Tensor:
    match kind:
        case 'Constant':
            return torch.from_numpy(numpy_helper.to_array(options['value']).copy())
        case 'Identity':
            return inputs[0]
        case 'Transpose':
            return inputs[0].permute(*options['perm'])
        case 'Cast':
            return inputs[0].float()
        case 'Div':
            return inputs[0] / inputs[1]
        case 'Sub':
            return inputs[0] - inputs[1]
        case 'Add':
            return inputs[0] + inputs[1]
        case 'Conv':
            top, left, bottom, right = options['pads']
            padded = F.pad(inputs[0], (left, right, top, bottom))
            return F.conv2d(padded, inputs[1], inputs[2], options['strides'], 0, options['dilations'], options['group'])
        case 'Clip':
            return inputs[0].clamp(float(inputs[1]), float(inputs[2]))
        case 'Relu':
            return inputs[0].relu()
        case 'GlobalAveragePool':
            return inputs[0].mean((2, 3), keepdim=True)
        case 'Flatten':
            return inputs[0].flatten(options.get('axis', 1))
        case 'Gemm':
            weight = inputs[1].T if options.get('transB') else inputs[1]
            return inputs[0] @ weight + inputs[2]
        case 'Sigmoid':
            return inputs[0].sigmoid()
    raise UserError(f'the exported graph has an unexpected operator: {kind}')
