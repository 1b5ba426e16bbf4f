"""Reads the tensors and operators of a TFLite file, as far as BlazeFace needs them.

A TFLite file is a FlatBuffer of tensorflow/lite/schema/schema.fbs. Fields are read by their numbers in
that schema, so no generated code is needed. Needs the package `flatbuffers` (Debian: python3-flatbuffers).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import Any

import numpy
from flatbuffers.table import Table

# BuiltinOperator, TensorType, Padding and ActivationFunctionType of the schema.
OPERATORS = {
    0: 'ADD', 2: 'CONCATENATION', 3: 'CONV_2D', 4: 'DEPTHWISE_CONV_2D', 6: 'DEQUANTIZE', 17: 'MAX_POOL_2D', 19: 'RELU', 22: 'RESHAPE',
    23: 'RESIZE_BILINEAR', 34: 'PAD',
}  # fmt: skip
TYPES = {0: numpy.float32, 1: numpy.float16, 2: numpy.int32, 4: numpy.int64}
PADDING = {0: 'SAME', 1: 'VALID'}
ACTIVATION = {0: 'NONE', 1: 'RELU'}


@dataclass
class Operator:
    kind: str
    inputs: list[int]
    outputs: list[int]
    options: dict[str, Any] = field(default_factory=dict)


@dataclass
class Graph:
    shapes: list[list[int]]
    # Constant tensors by index.
    constants: dict[int, numpy.ndarray]
    operators: list[Operator]
    inputs: list[int]
    outputs: list[int]


class _Reader:
    """A table of the FlatBuffer. Fields are numbered as in the schema."""

    def __init__(self, data: bytes, position: int) -> None:
        self.data = data
        self.table = Table(data, position)

    def _at(self, number: int) -> int:
        offset = self.table.Offset(4 + 2 * number)
        return 0 if offset == 0 else offset + self.table.Pos

    def scalar(self, number: int, code: str, default: Any) -> Any:
        at = self._at(number)
        return default if at == 0 else struct.unpack_from('<' + code, self.data, at)[0]

    def child(self, number: int) -> _Reader | None:
        at = self._at(number)
        return None if at == 0 else _Reader(self.data, self.table.Indirect(at))

    def children(self, number: int) -> list[_Reader]:
        offset = self.table.Offset(4 + 2 * number)
        if offset == 0:
            return []
        start, length = self.table.Vector(offset), self.table.VectorLen(offset)
        return [_Reader(self.data, self.table.Indirect(start + 4 * i)) for i in range(length)]

    def vector(self, number: int, dtype: Any) -> numpy.ndarray:
        offset = self.table.Offset(4 + 2 * number)
        if offset == 0:
            return numpy.zeros(0, dtype)
        return numpy.frombuffer(self.data, dtype, self.table.VectorLen(offset), self.table.Vector(offset))


def read(data: bytes) -> Graph:
    """Raises ValueError if the file is not a TFLite model, or has an unknown operator."""
    if data[4:8] != b'TFL3':
        raise ValueError('expected a TFLite model (identifier TFL3)')
    model = _Reader(data, struct.unpack_from('<I', data, 0)[0])
    codes = [max(code.scalar(0, 'b', 0), code.scalar(3, 'i', 0)) for code in model.children(1)]
    graph = model.children(2)[0]
    buffers = model.children(4)

    shapes: list[list[int]] = []
    constants: dict[int, numpy.ndarray] = {}
    for index, tensor in enumerate(graph.children(0)):
        shape = tensor.vector(0, numpy.int32).tolist()
        shapes.append(shape)
        content = buffers[tensor.scalar(2, 'I', 0)].vector(0, numpy.uint8)
        if len(content) > 0:
            constants[index] = content.view(TYPES[tensor.scalar(1, 'b', 0)]).reshape(shape)

    operators = []
    for operator in graph.children(3):
        code = codes[operator.scalar(0, 'I', 0)]
        if code not in OPERATORS:
            raise ValueError(f'expected the operators {", ".join(OPERATORS.values())}, got number {code}')
        kind = OPERATORS[code]
        inputs, outputs = operator.vector(1, numpy.int32).tolist(), operator.vector(2, numpy.int32).tolist()
        operators.append(Operator(kind, inputs, outputs, _options(kind, operator.child(4))))
    return Graph(shapes, constants, operators, graph.vector(1, numpy.int32).tolist(), graph.vector(2, numpy.int32).tolist())


def _options(kind: str, table: _Reader | None) -> dict[str, Any]:
    if table is None:
        return {}
    if kind == 'CONV_2D':
        return {'padding': PADDING[table.scalar(0, 'b', 0)], 'strides': (table.scalar(2, 'i', 0), table.scalar(1, 'i', 0)), 'activation': ACTIVATION[table.scalar(3, 'b', 0)]}
    if kind == 'DEPTHWISE_CONV_2D':
        return {'padding': PADDING[table.scalar(0, 'b', 0)], 'strides': (table.scalar(2, 'i', 0), table.scalar(1, 'i', 0)), 'activation': ACTIVATION[table.scalar(4, 'b', 0)]}
    if kind == 'MAX_POOL_2D':
        return {
            'padding': PADDING[table.scalar(0, 'b', 0)],
            'strides': (table.scalar(2, 'i', 0), table.scalar(1, 'i', 0)),
            'size': (table.scalar(4, 'i', 0), table.scalar(3, 'i', 0)),
            'activation': ACTIVATION[table.scalar(5, 'b', 0)],
        }
    if kind == 'ADD':
        return {'activation': ACTIVATION[table.scalar(0, 'b', 0)]}
    if kind == 'CONCATENATION':
        return {'axis': table.scalar(0, 'i', 0), 'activation': ACTIVATION[table.scalar(1, 'b', 0)]}
    if kind == 'RESIZE_BILINEAR':
        return {'align_corners': bool(table.scalar(2, 'b', 0)), 'half_pixel_centers': bool(table.scalar(3, 'b', 0))}
    return {}
