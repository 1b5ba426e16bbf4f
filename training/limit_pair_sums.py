"""Rescales the int8 weights of a quantised model so that CPUs without VNNI compute it without saturation.

    python3 training/limit_pair_sums.py INT8.onnx FLOAT32.onnx OUT.onnx

On x86 without VNNI, ONNX Runtime multiplies uint8 activations and int8 weights with `vpmaddubsw`, which adds the products of two
neighbouring channels in 16 bits: 255 (127 + 127) does not fit, and is cut off at 32,767 without a word. The quantiser's `reduce_range` avoids
this with 7-bit weights everywhere, which costs more accuracy than the saturation does. Here only what has to shrink does: an output channel
whose largest sum of two neighbouring weights is above 128 gets a scale larger by just that excess, and its weights are rounded anew from the
float32 model. Depthwise convolutions are computed otherwise and stay.

The models must have the same convolutions in the same order. Needs the package `onnx` (Debian: python3-onnx).
"""

import sys

import numpy
import onnx
from onnx import numpy_helper

# 255 * 128.5 = 32,767.5: weights are whole numbers, so a sum of at most 128 fits into 16 bits.
LARGEST_PAIR = 128.0


def limit_pair_sums(quantised: onnx.ModelProto, exact: onnx.ModelProto) -> tuple[int, int]:
    """Rewrites `quantised` in place. Returns how many output channels were rescaled, and of how many."""
    initializers = {tensor.name: tensor for tensor in quantised.graph.initializer}
    producers = {output: node for node in quantised.graph.node for output in node.output}
    exact_weights = {tensor.name: numpy_helper.to_array(tensor) for tensor in exact.graph.initializer}
    layers = [node for node in quantised.graph.node if node.op_type in ('Conv', 'Gemm')]
    exact_layers = [node for node in exact.graph.node if node.op_type in ('Conv', 'Gemm')]
    if [node.op_type for node in layers] != [node.op_type for node in exact_layers]:
        raise ValueError(f'expected the same layers in both models, got {len(layers)} and {len(exact_layers)}')

    rescaled = total = 0
    for layer, exact_layer in zip(layers, exact_layers):
        if any(attribute.name == 'group' and attribute.i > 1 for attribute in layer.attribute):
            continue
        weight_node, bias_node = producers[layer.input[1]], producers[layer.input[2]]
        weight, weight_scale = (initializers[name] for name in weight_node.input[:2])
        bias, bias_scale = (initializers[name] for name in bias_node.input[:2])
        values = numpy_helper.to_array(weight).astype(numpy.int64)
        target = exact_weights[exact_layer.input[1]].astype(numpy.float64)
        if target.shape != values.shape:
            raise ValueError(f'expected weights of shape {values.shape} for {weight.name}, got {target.shape}')
        channels = len(values)

        # The quantised kernels take channels last: neighbours are neighbouring input channels.
        rows = values.transpose(0, 2, 3, 1).reshape(channels, -1) if values.ndim == 4 else values
        rows = numpy.pad(rows, ((0, 0), (0, rows.shape[1] % 2)))
        largest = numpy.abs(rows[:, 0::2] + rows[:, 1::2]).max(axis=1)
        # Half a step less, since each of the two weights is rounded once more.
        factor = numpy.maximum(1.0, largest / (LARGEST_PAIR - 0.5))
        scale = numpy_helper.to_array(weight_scale).astype(numpy.float64) * factor
        rounded = numpy.rint(target.reshape(channels, -1) / scale[:, None]).clip(-127, 127).astype(numpy.int8).reshape(values.shape)
        weight.CopyFrom(numpy_helper.from_array(rounded, weight.name))
        weight_scale.CopyFrom(numpy_helper.from_array(scale.astype(numpy.float32), weight_scale.name))
        # The scale of a bias is that of the input times that of the weight.
        new_bias = numpy.rint(numpy_helper.to_array(bias) / factor).astype(numpy.int32)
        new_bias_scale = (numpy_helper.to_array(bias_scale).astype(numpy.float64) * factor).astype(numpy.float32)
        bias.CopyFrom(numpy_helper.from_array(new_bias, bias.name))
        bias_scale.CopyFrom(numpy_helper.from_array(new_bias_scale, bias_scale.name))
        rescaled += int((factor > 1).sum())
        total += channels
    return rescaled, total


def main() -> None:
    if len(sys.argv) != 4:
        sys.exit(f'usage: {sys.argv[0]} INT8.onnx FLOAT32.onnx OUT.onnx')
    quantised, exact = onnx.load(sys.argv[1]), onnx.load(sys.argv[2])
    rescaled, total = limit_pair_sums(quantised, exact)
    onnx.checker.check_model(quantised)
    onnx.save(quantised, sys.argv[3])
    print(f'{rescaled} of {total} output channels rescaled')


if __name__ == '__main__':
    main()
