"""Writes nothing.onnx, a network with the inputs and outputs of the bundled ones that looks at one pixel: python3 nothing.py FILE.

With it a run costs all that a run costs but the network, which is what a GPU leaves to the cores.
"""

import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

WIDTH, HEIGHT, ATTRIBUTES = 160, 192, 40

constants = {
    "from": np.array([HEIGHT // 2, WIDTH // 2], np.int64),
    "to": np.array([HEIGHT // 2 + 1, WIDTH // 2 + 1], np.int64),
    "axes": np.array([1, 2], np.int64),
    "shape": np.array([-1, 3], np.int64),
    "weights": np.linspace(-0.01, 0.01, 3 * ATTRIBUTES, dtype=np.float32).reshape(3, ATTRIBUTES),
}
nodes = [
    helper.make_node("Slice", ["images", "from", "to", "axes"], ["pixel"]),
    helper.make_node("Reshape", ["pixel", "shape"], ["bytes"]),
    helper.make_node("Cast", ["bytes"], ["colours"], to=TensorProto.FLOAT),
    helper.make_node("MatMul", ["colours", "weights"], ["logits"]),
    helper.make_node("Sigmoid", ["logits"], ["probabilities"]),
]
graph = helper.make_graph(
    nodes,
    "nothing",
    [helper.make_tensor_value_info("images", TensorProto.UINT8, ["n", HEIGHT, WIDTH, 3])],
    [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["n", ATTRIBUTES])],
    [numpy_helper.from_array(value, name) for name, value in constants.items()],
)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
onnx.checker.check_model(model)
onnx.save(model, sys.argv[1])
