"""Adds decoding and weighted non-maximum suppression to a BlazeFace graph."""

import numpy
import onnx
from onnx import helper, numpy_helper

# Boxes with a larger intersection over union are the same face (MediaPipe's value).
SAME_FACE = 0.3
# Maximum number of faces per input.
MOST = 100
# 2 corners and 6 keypoints: eyes (image left first), nose tip, mouth, ears.
COORDINATES = 16


def grid_anchors(cells: int, each: int) -> numpy.ndarray:
    """Centers of a grid of cells, row by row, each repeated `each` times.

    `[cells * cells * each, 2]` as (x, y) in [0, 1].
    """
    axis = (numpy.arange(cells) + 0.5) / cells
    y, x = numpy.meshgrid(axis, axis, indexing='ij')
    return numpy.repeat(numpy.stack([x.ravel(), y.ravel()], axis=1), each, axis=0)


def add_decoding(model: onnx.ModelProto, size: int, anchors: numpy.ndarray) -> None:
    """Replaces the outputs `regressors` [n, a, 16] and `scores` [n, a, 1] (logits) by `faces`.

    The result has an input `threshold`, float32 [1]: the minimum score of a face, in [0, 1]; and one output
    `faces`, float32 [m, 18]: a row for each face (index of the image in the batch, score, left, top, right,
    bottom, then x and y of six keypoints), as fractions of the square.

    Weighted non-maximum suppression (Bazarevsky et al., 'BlazeFace', 2019, section 3.3): each box of the
    highest score is replaced by the mean of all boxes that overlap it, weighted by their scores. This
    stabilizes boxes and locates the eyes more precisely than any single anchor.
    """
    graph = model.graph
    del graph.output[:]
    constants: list[onnx.TensorProto] = []
    nodes: list[onnx.NodeProto] = []

    def constant(name: str, value, dtype=numpy.float32) -> str:
        constants.append(numpy_helper.from_array(numpy.asarray(value, dtype=dtype), name))
        return name

    def node(operator: str, inputs: list[str], output: str, **attributes) -> str:
        nodes.append(helper.make_node(operator, inputs, [output], name=output, **attributes))
        return output

    def part(source: str, start: str, end: str, output: str) -> str:
        """Columns `start` to `end` of the last axis of three."""
        return node('Slice', [source, start, end, 'axis_2'], output)

    def area(low: str, high: str, name: str) -> str:
        """Area of boxes given by their corners [..., 2]; 0 for empty boxes."""
        sides = node('Max', [node('Sub', [high, low], f'{name}_difference'), 'no_length'], f'{name}_sides')
        width, height = part(sides, 'at_0', 'at_1', f'{name}_width'), part(sides, 'at_1', 'at_2', f'{name}_height')
        return node('Squeeze', [node('Mul', [width, height], f'{name}_product'), 'axis_2'], f'{name}_area')

    for number in (0, 1, 2, 4):
        constant(f'at_{number}', [number], numpy.int64)
    constant('axis_2', [2], numpy.int64)
    constant('no_length', 0)

    # r0, r1: center; r2, r3: width, height; then keypoints: all relative to the anchor, in pixels.
    to_corners = numpy.zeros((COORDINATES, COORDINATES))
    to_corners[0, [0, 2]] = 1
    to_corners[1, [1, 3]] = 1
    to_corners[2, [0, 2]] = [-0.5, 0.5]
    to_corners[3, [1, 3]] = [-0.5, 0.5]
    to_corners[range(4, COORDINATES), range(4, COORDINATES)] = 1
    offsets = numpy.tile(anchors, (1, COORDINATES // 2))[None]
    relative = node('MatMul', ['regressors', constant('to_corners', to_corners / size)], 'relative')
    points = node('Add', [relative, constant('anchors', offsets)], 'points')  # [n, a, 16]
    scores = node('Sigmoid', ['scores'], 'probabilities')  # [n, a, 1]
    by_class = node('Transpose', [scores], 'probabilities_by_class', perm=[0, 2, 1])  # [n, 1, a]

    corners = part(points, 'at_0', 'at_4', 'corners')
    selected = node(
        'NonMaxSuppression',
        [corners, by_class, constant('most', [MOST], numpy.int64), constant('same_face', [SAME_FACE]), 'threshold'],
        'selected',
    )  # [m, 3]: image, class, anchor
    image = node('Gather', [selected, constant('image_column', 0, numpy.int64)], 'image', axis=1)  # [m]
    anchor = node('Gather', [selected, constant('anchor_column', 2, numpy.int64)], 'anchor', axis=1)
    both = node(
        'Concat',
        [
            node('Unsqueeze', [image, 'at_1'], 'image_as_column'),
            node('Unsqueeze', [anchor, 'at_1'], 'anchor_as_column'),
        ],
        'image_and_anchor',
        axis=1,
    )
    own = node('GatherND', [corners, both], 'own')  # [m, 4]
    own_score = node('GatherND', [scores, both], 'own_score')  # [m, 1]
    all_points = node('Gather', [points, image], 'all_points', axis=0)  # [m, a, 16]
    all_corners = node('Gather', [corners, image], 'all_corners', axis=0)  # [m, a, 4]
    all_scores = node('Gather', [by_class, image], 'all_scores', axis=0)  # [m, 1, a]

    # Intersection over union of each selected box with every box of its image.
    own_wide = node('Unsqueeze', [own, 'at_1'], 'own_wide')  # [m, 1, 4]
    low_own, high_own = part(own_wide, 'at_0', 'at_2', 'low_own'), part(own_wide, 'at_2', 'at_4', 'high_own')
    low_all, high_all = part(all_corners, 'at_0', 'at_2', 'low_all'), part(all_corners, 'at_2', 'at_4', 'high_all')
    low = node('Max', [low_own, low_all], 'low')
    high = node('Min', [high_own, high_all], 'high')
    intersection = area(low, high, 'intersection')  # [m, a]
    both_areas = node('Add', [area(low_own, high_own, 'own'), area(low_all, high_all, 'all')], 'both_areas')
    union = node('Max', [node('Sub', [both_areas, intersection], 'difference'), constant('tiny', 1e-9)], 'union')
    overlapping = node('Greater', [node('Div', [intersection, union], 'overlap'), 'same_face'], 'overlapping')
    score_rows = node('Squeeze', [all_scores, 'at_1'], 'score_rows')  # [m, a]
    strong = node('Greater', [score_rows, 'threshold'], 'strong')
    counted = node('Cast', [node('And', [overlapping, strong], 'both_hold')], 'counted', to=onnx.TensorProto.FLOAT)
    weights = node('Mul', [counted, score_rows], 'weights')
    shares = node('Div', [weights, node('ReduceSum', [weights, 'at_1'], 'weight_sum', keepdims=1)], 'shares')
    mean_wide = node('MatMul', [node('Unsqueeze', [shares, 'at_1'], 'shares_wide'), all_points], 'mean_wide')  # [m, 1, 16]
    mean = node('Squeeze', [mean_wide, 'at_1'], 'mean')
    image_number = node('Cast', ['image_as_column'], 'image_number', to=onnx.TensorProto.FLOAT)
    node('Concat', [image_number, own_score, mean], 'faces', axis=1)

    graph.initializer.extend(constants)
    graph.node.extend(nodes)
    graph.input.append(helper.make_tensor_value_info('threshold', onnx.TensorProto.FLOAT, [1]))
    graph.output.append(helper.make_tensor_value_info('faces', onnx.TensorProto.FLOAT, ['m', 2 + COORDINATES]))

