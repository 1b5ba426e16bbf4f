"""Evaluates a TFLite graph with numpy by the definitions of its operators, to check the converter.

    python3 training/evaluate_tflite.py MODEL.tflite IMAGES.u8 OUT.f32

IMAGES contains uint8 RGB `[n, side, side, 3]`. The outputs are written to OUT as float32, the wider one first.
"""

import math
import sys

import numpy

import tflite


def same_padding(size: int, kernel: int, stride: int) -> tuple[int, int]:
    total = max(0, (math.ceil(size / stride) - 1) * stride + kernel - size)
    return total // 2, total - total // 2


def windows(image: numpy.ndarray, kernel: tuple[int, int], operator: tflite.Operator, fill: float):
    """Yields (row, column, part) for each tap of the kernel; part: its inputs, [n, out_h, out_w, c]."""
    sy, sx = operator.options['strides']
    if operator.options['padding'] == 'SAME':
        image = numpy.pad(
            image,
            ((0, 0), same_padding(image.shape[1], kernel[0], sy), same_padding(image.shape[2], kernel[1], sx), (0, 0)),
            constant_values=fill,
        )
    height = (image.shape[1] - kernel[0]) // sy + 1
    width = (image.shape[2] - kernel[1]) // sx + 1
    for row in range(kernel[0]):
        for column in range(kernel[1]):
            yield row, column, image[:, row : row + sy * height : sy, column : column + sx * width : sx]


def resize(image: numpy.ndarray, axis: int, size: int) -> numpy.ndarray:
    """Linear interpolation with half-pixel centers along one axis."""
    at = numpy.clip((numpy.arange(size) + 0.5) * image.shape[axis] / size - 0.5, 0, image.shape[axis] - 1)
    low = numpy.floor(at).astype(int)
    high = numpy.minimum(low + 1, image.shape[axis] - 1)
    shape = [1] * image.ndim
    shape[axis] = size
    part = (at - low).reshape(shape)
    return image.take(low, axis) * (1 - part) + image.take(high, axis) * part


def evaluate(graph: tflite.Graph, images: numpy.ndarray) -> list[numpy.ndarray]:
    values: dict[int, numpy.ndarray] = {index: value.astype(numpy.float64) for index, value in graph.constants.items()}
    values[graph.inputs[0]] = images.astype(numpy.float64) / 127.5 - 1
    for operator in graph.operators:
        x = values[operator.inputs[0]]
        if operator.kind == 'DEQUANTIZE':
            result = x
        elif operator.kind == 'CONV_2D':
            weights, bias = values[operator.inputs[1]], values[operator.inputs[2]]
            result = bias + sum(part @ weights[:, row, column].T for row, column, part in windows(x, weights.shape[1:3], operator, 0))
        elif operator.kind == 'DEPTHWISE_CONV_2D':
            weights, bias = values[operator.inputs[1]], values[operator.inputs[2]]
            result = bias + sum(part * weights[0, row, column] for row, column, part in windows(x, weights.shape[1:3], operator, 0))
        elif operator.kind == 'MAX_POOL_2D':
            result = numpy.max([part for _, _, part in windows(x, operator.options['size'], operator, -numpy.inf)], axis=0)
        elif operator.kind == 'RELU':
            result = numpy.maximum(x, 0)
        elif operator.kind == 'ADD':
            result = x + values[operator.inputs[1]]
        elif operator.kind == 'PAD':
            result = numpy.pad(x, graph.constants[operator.inputs[1]])
        elif operator.kind == 'RESIZE_BILINEAR':
            if operator.options['align_corners'] or not operator.options['half_pixel_centers']:
                raise ValueError('expected half-pixel centers')
            height, width = graph.constants[operator.inputs[1]]
            result = resize(resize(x, 1, height), 2, width)
        elif operator.kind == 'RESHAPE':
            result = x.reshape(len(images), *graph.shapes[operator.outputs[0]][1:])
        elif operator.kind == 'CONCATENATION':
            result = numpy.concatenate([values[tensor] for tensor in operator.inputs], axis=operator.options['axis'])
        else:
            raise ValueError(f'unknown operator {operator.kind}')
        if operator.options.get('activation') == 'RELU':
            result = numpy.maximum(result, 0)
        values[operator.outputs[0]] = result
    return sorted((values[tensor] for tensor in graph.outputs), key=lambda value: -value.shape[2])


def main() -> None:
    if len(sys.argv) != 4:
        sys.exit(f'usage: {sys.argv[0]} MODEL.tflite IMAGES.u8 OUT.f32')
    with open(sys.argv[1], 'rb') as file:
        graph = tflite.read(file.read())
    side = graph.shapes[graph.inputs[0]][1]
    images = numpy.fromfile(sys.argv[2], numpy.uint8).reshape(-1, side, side, 3)
    with open(sys.argv[3], 'wb') as file:
        for output in evaluate(graph, images):
            output.astype(numpy.float32).tofile(file)


if __name__ == '__main__':
    main()
