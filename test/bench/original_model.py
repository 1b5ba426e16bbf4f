"""Makes of the float32 network one that takes float32 [n, 224, 224, 3] in [-1, 1], as the original work's does.

    /usr/bin/python3 test/bench/original_model.py FLOAT32.onnx OUT.onnx    (Debian: python3-onnx)
"""

import sys

import onnx
from onnx import TensorProto, helper

model = onnx.load(sys.argv[1])
graph = model.graph
transpose, _cast, _c1, _div, _c2, sub, conv = graph.node[:7]
if [node.op_type for node in (transpose, sub, conv)] != ['Transpose', 'Sub', 'Conv']:
    sys.exit('expected a network that begins with Transpose, Cast, Div, Sub, Conv')
conv.input[0] = transpose.output[0]
for node in list(graph.node[1:6]):
    graph.node.remove(node)
del graph.input[:]
graph.input.append(helper.make_tensor_value_info('images', TensorProto.FLOAT, ['n', 224, 224, 3]))
del graph.value_info[:]
onnx.save(model, sys.argv[2])
