/**
 * Operators allowed in networks that come from elsewhere: those that compute tensors from tensors
 * deterministically, with time and memory that depend on shapes only. Networks that classify images
 * need no others. Not allowed are operators with subgraphs (If, Loop, Scan, SequenceMap), random
 * ones, those for text, sequences, encoded images, trees and vocabularies, and those whose output
 * size depends on the data (NonZero, Compress, Unique, NonMaxSuppression).
 */

const ONNX = `
  Abs Acos Acosh Add AffineGrid And ArgMax ArgMin Asin Asinh Atan Atanh Attention AveragePool
  BatchNormalization BitShift BitwiseAnd BitwiseNot BitwiseOr BitwiseXor
  Cast CastLike Ceil Celu CenterCropPad Clip Concat Constant ConstantOfShape Conv ConvInteger ConvTranspose Cos Cosh CumSum
  DeformConv DepthToSpace DequantizeLinear Det Div Dropout DynamicQuantizeLinear
  Einsum Elu Equal Erf Exp Expand EyeLike Flatten Floor
  Gather GatherElements GatherND Gelu Gemm GlobalAveragePool GlobalLpPool GlobalMaxPool Greater GreaterOrEqual GridSample
  GroupNormalization
  HardSigmoid HardSwish Hardmax Identity InstanceNormalization IsInf IsNaN
  LRN LayerNormalization LeakyRelu Less LessOrEqual Log LogSoftmax LpNormalization LpPool
  MatMul MatMulInteger Max MaxPool Mean MeanVarianceNormalization Min Mish Mod Mul Neg Not OneHot Or PRelu Pad Pow
  QLinearConv QLinearMatMul QuantizeLinear
  RMSNormalization Range Reciprocal ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd
  ReduceSum ReduceSumSquare Relu Reshape Resize Round
  Scatter ScatterElements ScatterND Selu Shape Shrink Sigmoid Sign SimplifiedLayerNormalization Sin Sinh Size Slice Softmax
  Softplus Softsign SpaceToDepth Split Sqrt Squeeze Sub Sum Swish
  Tan Tanh ThresholdedRelu Tile TopK Transpose Trilu Unsqueeze Upsample Where Xor`;

/** ONNX Runtime's own operators, as its optimizer and quantizer write them. */
const MICROSOFT = `
  Attention BiasAdd BiasGelu BiasSplitGelu ConvInteger DequantizeLinear DynamicQuantizeMatMul FastGelu FusedConv FusedGemm
  FusedMatMul Gelu GroupNorm MatMulInteger16 MatMulIntegerToFloat MatMulNBits MultiHeadAttention NhwcConv NhwcFusedConv
  NhwcMaxPool QAttention QGemm QLinearAdd QLinearAveragePool QLinearConcat QLinearConv QLinearGlobalAveragePool
  QLinearLeakyRelu QLinearMul QLinearReduceMean QLinearSigmoid QLinearSoftmax QLinearWhere QuantizeLinear QuickGelu
  SkipGroupNorm SkipLayerNormalization SkipSimplifiedLayerNormalization TransposeMatMul`;

const names = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/** By domain; the empty domain is ONNX's own, also called `ai.onnx`. */
export const OPERATORS: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['', names(ONNX)],
  ['ai.onnx', names(ONNX)],
  ['com.microsoft', names(MICROSOFT)],
]);

/** @param domain empty for ONNX's own operators. */
export const isSupportedOperator = (domain: string, operator: string): boolean =>
  OPERATORS.get(domain)?.has(operator) === true;

const SHAPE_INPUTS: ReadonlyMap<string, readonly number[]> = new Map([
  ['AffineGrid', [1]],
  ['CenterCropPad', [1]],
  ['ConstantOfShape', [0]],
  ['Expand', [1]],
  ['OneHot', [1]],
  ['Pad', [1, 3]],
  ['Range', [0, 1, 2]],
  ['Reshape', [1]],
  ['Resize', [1, 2, 3]],
  ['Slice', [1, 2, 3, 4]],
  ['Split', [1]],
  ['Squeeze', [1]],
  ['Tile', [1]],
  ['TopK', [1]],
  ['Unsqueeze', [1]],
  ['Upsample', [1]],
]);

/** Reductions take the dimensions to reduce. */
const REDUCTION_SHAPE_INPUTS = [1];

const isReduction = (operator: string) => operator.startsWith('Reduce');

/** Positions of the inputs that determine the shape of an operator's output. */
export const shapeInputs = (operator: string): readonly number[] =>
  SHAPE_INPUTS.get(operator) ?? (isReduction(operator) ? REDUCTION_SHAPE_INPUTS : []);

const FACTOR_LISTS: ReadonlySet<string> = new Set([
  'AffineGrid',
  'ConstantOfShape',
  'Expand',
  'Tile',
]);

/** Whether an operator's shape input is a list of factors, whose product is a number of values. */
export const isFactorList = (operator: string): boolean => FACTOR_LISTS.has(operator);

const UNBOUNDED_SHAPES: ReadonlySet<string> = new Set([
  'Slice',
  'Squeeze',
  'Unsqueeze',
  'Reshape',
  'Split',
  'TopK',
]);

/**
 * Whether large numbers in an operator's shape input do not make its output large. Slices, for
 * example, often end at the largest integer.
 */
export const isUnboundedShape = (operator: string): boolean =>
  UNBOUNDED_SHAPES.has(operator) || isReduction(operator);

/** Attributes that are sizes, in pixels or values. */
export const SIZE_ATTRIBUTES: ReadonlySet<string> = new Set([
  'dilations',
  'kernel_shape',
  'output_padding',
  'output_shape',
  'pads',
  'strides',
]);
