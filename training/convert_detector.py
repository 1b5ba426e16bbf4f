"""Converts MediaPipe's BlazeFace from TFLite to ONNX.

    python3 training/convert_detector.py face_detection_full_range.tflite weights/face-detector.onnx

The TFLite files are in the npm package @mediapipe/face_detection@0.4.1657300184 (Apache-2.0, Google).
Operators are converted one by one, to channels-first order, and float16 weights to float32. The input is
uint8 RGB `[n, side, side, 3]`, which the graph scales to [-1, 1]. Decoding and weighted non-maximum
suppression are added (detector_decoding.py), unless `--raw` is given.

Needs the packages `onnx` and `flatbuffers` (Debian: python3-onnx, python3-flatbuffers).
"""

from __future__ import annotations

import argparse
import math
from typing import Any

import numpy
import onnx
from onnx import helper, numpy_helper

import tflite
from detector_decoding import add_decoding, grid_anchors

OPSET = 15
# Axes of TFLite (channels last) → axes of ONNX (channels first).
TO_FIRST = {0: 0, 1: 2, 2: 3, 3: 1}


class Converter:
    def __init__(self, graph: tflite.Graph) -> None:
        self.graph = graph
        self.nodes: list[onnx.NodeProto] = []
        self.initializers: list[onnx.TensorProto] = []
        # ONNX name of each TFLite tensor; images are channels first.
        self.names: dict[int, str] = {}
        self.constants = dict(graph.constants)

    def node(self, kind: str, inputs: list[str], **attributes: Any) -> str:
        name = f'{kind}_{len(self.nodes)}'
        self.nodes.append(helper.make_node(kind, inputs, [name], name=name, **attributes))
        return name

    def constant(self, value: Any, dtype: Any = numpy.float32) -> str:
        name = f'constant_{len(self.initializers)}'
        self.initializers.append(numpy_helper.from_array(numpy.ascontiguousarray(value, dtype), name))
        return name

    def convert(self) -> onnx.ModelProto:
        (image,) = self.graph.inputs
        side = self.graph.shapes[image][1]
        pixels = self.node('Transpose', [self.node('Cast', ['images'], to=onnx.TensorProto.FLOAT)], perm=[0, 3, 1, 2])
        scaled = self.node('Div', [pixels, self.constant([127.5])])
        self.names[image] = self.node('Sub', [scaled, self.constant([1])])
        for operator in self.graph.operators:
            (output,) = operator.outputs
            if operator.kind == 'DEQUANTIZE':
                self.constants[output] = self.constants[operator.inputs[0]].astype(numpy.float32)
                continue
            self.names[output] = getattr(self, f'_{operator.kind.lower()}')(operator)

        regressors, scores = sorted(self.graph.outputs, key=lambda tensor: -self.graph.shapes[tensor][2])
        anchors = self.graph.shapes[scores][1]
        for tensor, name in ((regressors, 'regressors'), (scores, 'scores')):
            self.nodes.append(helper.make_node('Identity', [self.names[tensor]], [name], name=name))
        float32 = onnx.TensorProto.FLOAT
        graph = helper.make_graph(
            self.nodes,
            'face-detector',
            [helper.make_tensor_value_info('images', onnx.TensorProto.UINT8, ['n', side, side, 3])],
            [helper.make_tensor_value_info('regressors', float32, ['n', anchors, 16]), helper.make_tensor_value_info('scores', float32, ['n', anchors, 1])],
            self.initializers,
        )
        return helper.make_model(graph, opset_imports=[helper.make_opsetid('', OPSET)], ir_version=8, producer_name='convert_detector.py')

    def _name(self, tensor: int) -> str:
        return self.names[tensor]

    def _pads(self, operator: tflite.Operator, kernel: tuple[int, int]) -> list[int]:
        """TensorFlow's SAME padding: the larger half of an odd padding is at the end."""
        if operator.options['padding'] == 'VALID':
            return [0, 0, 0, 0]
        before, after = [], []
        for axis in (0, 1):
            size = self.graph.shapes[operator.inputs[0]][1 + axis]
            stride = operator.options['strides'][axis]
            total = max(0, (math.ceil(size / stride) - 1) * stride + kernel[axis] - size)
            before.append(total // 2)
            after.append(total - total // 2)
        return before + after

    def _activated(self, operator: tflite.Operator, name: str) -> str:
        return self.node('Relu', [name]) if operator.options.get('activation') == 'RELU' else name

    def _convolution(self, operator: tflite.Operator, weights: numpy.ndarray, group: int) -> str:
        kernel = weights.shape[2:]
        bias = self.constants[operator.inputs[2]]
        result = self.node(
            'Conv',
            [self._name(operator.inputs[0]), self.constant(weights), self.constant(bias)],
            group=group,
            kernel_shape=list(kernel),
            pads=self._pads(operator, kernel),
            strides=list(operator.options['strides']),
        )
        return self._activated(operator, result)

    def _conv_2d(self, operator: tflite.Operator) -> str:
        return self._convolution(operator, self.constants[operator.inputs[1]].transpose(0, 3, 1, 2), 1)  # [out, h, w, in]

    def _depthwise_conv_2d(self, operator: tflite.Operator) -> str:
        weights = self.constants[operator.inputs[1]].transpose(3, 0, 1, 2)  # [1, h, w, channels]
        return self._convolution(operator, weights, weights.shape[0])

    def _relu(self, operator: tflite.Operator) -> str:
        return self.node('Relu', [self._name(operator.inputs[0])])

    def _add(self, operator: tflite.Operator) -> str:
        return self._activated(operator, self.node('Add', [self._name(tensor) for tensor in operator.inputs]))

    def _pad(self, operator: tflite.Operator) -> str:
        amounts = self.constants[operator.inputs[1]]
        first = numpy.zeros_like(amounts)
        for axis, place in TO_FIRST.items():
            first[place] = amounts[axis]
        return self.node('Pad', [self._name(operator.inputs[0]), self.constant(first.T.ravel(), numpy.int64)])

    def _max_pool_2d(self, operator: tflite.Operator) -> str:
        size = operator.options['size']
        result = self.node(
            'MaxPool',
            [self._name(operator.inputs[0])],
            kernel_shape=list(size),
            pads=self._pads(operator, size),
            strides=list(operator.options['strides']),
        )
        return self._activated(operator, result)

    def _resize_bilinear(self, operator: tflite.Operator) -> str:
        height, width = self.constants[operator.inputs[1]]
        _, from_height, from_width, _ = self.graph.shapes[operator.inputs[0]]
        mode = 'align_corners' if operator.options['align_corners'] else 'half_pixel' if operator.options['half_pixel_centers'] else 'asymmetric'
        scales = self.constant([1, 1, height / from_height, width / from_width])
        return self.node('Resize', [self._name(operator.inputs[0]), '', scales], mode='linear', coordinate_transformation_mode=mode)

    def _reshape(self, operator: tflite.Operator) -> str:
        last = self.node('Transpose', [self._name(operator.inputs[0])], perm=[0, 2, 3, 1])
        shape = self.graph.shapes[operator.outputs[0]]
        return self.node('Reshape', [last, self.constant([-1, *shape[1:]], numpy.int64)])  # the batch size is dynamic

    def _concatenation(self, operator: tflite.Operator) -> str:
        return self.node('Concat', [self._name(tensor) for tensor in operator.inputs], axis=operator.options['axis'])


def anchors_of(graph: tflite.Graph) -> numpy.ndarray:
    """Anchors by their number: 2,304 for the full-range model, 896 for the short-range one (MediaPipe's
    ssd_anchors_calculator)."""
    count = min(graph.shapes[tensor] for tensor in graph.outputs)[1]
    if count == 2304:
        return grid_anchors(48, 1)
    if count == 896:
        return numpy.concatenate([grid_anchors(16, 2), grid_anchors(8, 6)])
    raise ValueError(f'expected 2304 or 896 anchors, got {count}')


def main() -> None:
    parser = argparse.ArgumentParser(description='Convert BlazeFace from TFLite to ONNX.')
    parser.add_argument('tflite')
    parser.add_argument('onnx')
    parser.add_argument('--raw', action='store_true', help='leave out decoding and non-maximum suppression')
    arguments = parser.parse_args()
    with open(arguments.tflite, 'rb') as file:
        graph = tflite.read(file.read())
    model = Converter(graph).convert()
    if not arguments.raw:
        add_decoding(model, graph.shapes[graph.inputs[0]][1], anchors_of(graph))
    onnx.checker.check_model(model)
    onnx.save(model, arguments.onnx)


if __name__ == '__main__':
    main()
