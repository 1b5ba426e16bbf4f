"""Static int8 quantization in QDQ form: a scale for each output channel of the weights, and a range
for each activation, measured on calibration images.

It differs from ONNX Runtime's quantizer in two ways. On x86 without VNNI, the runtime's kernels add
the products of two adjacent channels in 16 bits, which overflows if both weights are large; here
channels in which this can happen get a scale that is just large enough. And the first layer takes
the image's bytes directly, instead of scaled values that are rounded to bytes again.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from .errors import UserError
from .interpret import evaluate

# Maximum sum of two adjacent int8 weights, half a step below 128 because both are rounded: 255 · 128
# fits into 16 bits.
LARGEST_PAIR = 127.5
BATCH = 32


@dataclass
class Range:
    """Range of a value over all calibration images. It includes 0."""

    low: float = 0.0
    high: float = 0.0

    def scale(self) -> tuple[float, int]:
        """Step and zero point of uint8."""
        step = max(self.high - self.low, 1e-6) / 255
        return step, int(np.clip(round(-self.low / step), 0, 255))


def ranges_of(model: onnx.ModelProto, crops: np.ndarray) -> dict[str, Range]:
    """Ranges of all values on the calibration crops, uint8 `[n, height, width, 3]`."""
    ranges: dict[str, Range] = {}
    for start in range(0, len(crops), BATCH):
        for name, value in evaluate(model, np.ascontiguousarray(crops[start : start + BATCH])).items():
            known = ranges.setdefault(name, Range())
            known.low, known.high = min(known.low, float(value.min())), max(known.high, float(value.max()))
    return ranges


def channel_scales(weight: np.ndarray, depthwise: bool) -> np.ndarray:
    """Step of each output channel, float32 `[channels]`."""
    channels = len(weight)
    scale = np.maximum(np.abs(weight.reshape(channels, -1)).max(1) / 127, 1e-12).astype(np.float64)
    if depthwise:
        return scale.astype(np.float32)  # other kernels, which do not add pairs
    # The kernels use channels-last order, so pairs are adjacent input channels.
    rows = weight.transpose(0, 2, 3, 1).reshape(channels, -1) if weight.ndim == 4 else weight
    rows = np.pad(rows / scale[:, None], ((0, 0), (0, rows.shape[1] % 2)))
    largest = np.abs(np.rint(rows[:, 0::2]) + np.rint(rows[:, 1::2])).max(1)
    return (scale * np.maximum(1, largest / LARGEST_PAIR)).astype(np.float32)


class Quantizer:
    """Builds the quantized graph node by node."""

    def __init__(self, model: onnx.ModelProto, ranges: dict[str, Range]) -> None:
        self.graph = model.graph
        self.ranges = ranges
        self.weights = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
        self.nodes: list[onnx.NodeProto] = []
        self.initializers: dict[str, onnx.TensorProto] = {}
        self.dequantized: dict[str, str] = {}
        self.steps: dict[str, float] = {}

    def constant(self, name: str, values: np.ndarray) -> str:
        self.initializers[name] = numpy_helper.from_array(values, name)
        return name

    def activation(self, name: str) -> str:
        """Name of a value after quantization to uint8 and dequantization."""
        if name not in self.dequantized:
            step, zero = self.ranges[name].scale()
            scale = self.constant(f'{name}_scale', np.array(step, np.float32))
            point = self.constant(f'{name}_zero', np.array(zero, np.uint8))
            self.nodes.append(helper.make_node('QuantizeLinear', [name, scale, point], [f'{name}_quantised']))
            self.nodes.append(helper.make_node('DequantizeLinear', [f'{name}_quantised', scale, point], [f'{name}_rounded']))
            self.dequantized[name], self.steps[name] = f'{name}_rounded', step
        return self.dequantized[name]

    def image(self, images: str, pixels: str, scaled: str) -> None:
        """Adds the input: the image's bytes, channels first.

        A byte b represents (b − 128) / 127.5, which is half a step below the network's b / 127.5 − 1.
        """
        scale = self.constant('image_scale', np.array(1 / 127.5, np.float32))
        zero = self.constant('image_zero', np.array(128, np.uint8))
        self.nodes.append(helper.make_node('Transpose', [images], [pixels], perm=[0, 3, 1, 2]))
        self.nodes.append(helper.make_node('DequantizeLinear', [pixels, scale, zero], [f'{scaled}_rounded']))
        self.dequantized[scaled], self.steps[scaled] = f'{scaled}_rounded', 1 / 127.5

    def layer(self, node: onnx.NodeProto, correction: float) -> None:
        """Adds a convolution or matrix. `correction`: offset of its input, which the bias corrects."""
        source, weight_name, bias_name = node.input
        weight, bias = self.weights[weight_name].astype(np.float64), self.weights[bias_name].astype(np.float64)
        options = {each.name: helper.get_attribute_value(each) for each in node.attribute}
        if node.op_type == 'Gemm' and not options.get('transB'):
            raise UserError('expected transB = 1 for all matrices of the exported graph')
        bias = bias + correction * weight.reshape(len(weight), -1).sum(1)
        activation = self.activation(source)
        # The bias is a multiple of the weights' scale and must fit into 31 bits, also in channels
        # whose weights are almost 0.
        least = np.abs(bias) / (self.steps[source] * 2**30)
        scales = np.maximum(channel_scales(weight, options.get('group', 1) > 1), least).astype(np.float32)
        column = scales.astype(np.float64).reshape(-1, *[1] * (weight.ndim - 1))
        rounded = np.rint(weight / column).clip(-127, 127).astype(np.int8)
        bias_scales = (scales.astype(np.float64) * self.steps[source]).astype(np.float32)
        names = [f'{weight_name}_int8', f'{weight_name}_scale', f'{weight_name}_zero']
        self.constant(names[0], rounded), self.constant(names[1], scales), self.constant(names[2], np.zeros(len(weight), np.int8))
        self.nodes.append(helper.make_node('DequantizeLinear', names, [f'{weight_name}_rounded'], axis=0))
        whole = np.rint(bias / bias_scales).clip(-(2**31), 2**31 - 1).astype(np.int32)
        names = [f'{bias_name}_int32', f'{bias_name}_scale', f'{bias_name}_zero']
        self.constant(names[0], whole), self.constant(names[1], bias_scales), self.constant(names[2], np.zeros(len(weight), np.int32))
        self.nodes.append(helper.make_node('DequantizeLinear', names, [f'{bias_name}_rounded'], axis=0))
        self.nodes.append(
            helper.make_node(node.op_type, [activation, f'{weight_name}_rounded', f'{bias_name}_rounded'], list(node.output), name=node.name, **options)
        )


def quantize(model: onnx.ModelProto, crops: np.ndarray) -> onnx.ModelProto:
    """Quantizes a network. `crops`: some hundred training crops, uint8 `[n, height, width, 3]`."""
    ranges = ranges_of(model, crops)
    building = Quantizer(model, ranges)
    nodes = [node for node in model.graph.node if node.op_type != 'Constant']
    kinds = [node.op_type for node in nodes[:5]]
    if kinds != ['Transpose', 'Cast', 'Div', 'Sub', 'Conv']:
        raise UserError(f'expected a graph that begins with Transpose, Cast, Div, Sub, Conv, got {", ".join(kinds)}')
    scaled_name = nodes[3].output[0]
    building.image(model.graph.input[0].name, nodes[0].output[0], scaled_name)
    last = [node for node in nodes if node.op_type == 'Gemm'][-1]
    for node in nodes[4:]:
        if node is last:
            # The weights of the last layer stay float32: because of the folded batch norm, its columns
            # differ by orders of magnitude. Its input is quantized, so that the layer before it runs
            # in int8; the runtime then fuses the ReLU between them.
            building.nodes.append(helper.make_node('Gemm', [building.activation(node.input[0]), *node.input[1:]], list(node.output), transB=1))
        elif node.op_type in ('Conv', 'Gemm'):
            # Zero padding is middle gray in both graphs; the bias corrects half a step too much there.
            building.layer(node, 0.5 / 127.5 if node.input[0] == scaled_name else 0.0)
        elif node.op_type in ('Add', 'GlobalAveragePool', 'Flatten'):
            inputs = [building.activation(name) for name in node.input]
            options = {each.name: helper.get_attribute_value(each) for each in node.attribute}
            building.nodes.append(helper.make_node(node.op_type, inputs, list(node.output), **options))
        else:
            building.nodes.append(node)
    # The remaining constants are the limits of ReLU6.
    used = {name for node in building.nodes for name in node.input}
    constants = [node for node in model.graph.node if node.op_type == 'Constant' and node.output[0] in used]
    kept = [tensor for tensor in model.graph.initializer if tensor.name in used and tensor.name not in building.initializers]
    graph = helper.make_graph(
        constants + building.nodes, model.graph.name, list(model.graph.input), list(model.graph.output), kept + list(building.initializers.values())
    )
    quantized = helper.make_model(graph, opset_imports=[helper.make_opsetid('', 17)], producer_name='face-clusters')
    quantized.ir_version = model.ir_version
    onnx.checker.check_model(quantized)
    return quantized
