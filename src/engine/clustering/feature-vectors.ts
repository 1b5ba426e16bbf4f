/** The vectors that faces are compared by: of attributes, or embeddings. */
import { inCanonicalOrder } from '../../clustering/canonical-order';
import { type DistinctVectors, distinctVectors, type Matrix } from '../../clustering/distinct';
import { type Embeddings, embeddingVectors, rowsOf } from '../../clustering/embedding-vectors';
import { type AttributeFeatures, deviationsOf, featureMatrix } from '../../clustering/features';
import { usedParameters, withPreset } from '../../domain/method-parameters';
import {
  attributeWeights,
  standardizedWeights,
  unknownWeights,
} from '../../domain/attribute-weights';
import { chosenAttributes } from '../../domain/find-attribute';
import type { ClusteringSettings } from '../../domain/settings';
import { frequencies } from '../../summaries/occurrences';
import { t } from '../../text/translate';
import { UserError } from '../../util/errors';
import type { ClusterInput } from './present-probabilities';

export interface FeatureVectors {
  /** Names of the chosen attributes. */
  attributes: readonly string[];
  /** Weights of the attributes that faces are compared by, by name; none with embeddings. */
  weightOf: Record<string, number>;
  vectors: DistinctVectors;
  /**
   * Vectors of all faces, `[faces, columns]`, with probabilities in place of 0 and 1; made when
   * they are needed.
   */
  points: () => Matrix;
  /** For people. */
  notices: string[];
}

/**
 * @param probabilities of `presentProbabilities`.
 * @throws UserError where there are no embeddings, or an attribute is unknown.
 */
export function featureVectors(
  input: ClusterInput,
  probabilities: Float32Array,
  settings: ClusteringSettings,
): FeatureVectors {
  const { names } = input;
  const { features } = settings;
  const { attributes, columns, notice } = chosenAttributes(settings.attributes, names);
  const notices = notice === undefined ? [] : [notice];
  if (features === 'embedding')
    return { attributes, weightOf: {}, ...embedded(input, settings, notices) };
  const unknown = unknownWeights(settings.weights, names);
  if (unknown !== undefined) notices.push(unknown);
  const weights = weightsOf(attributes, names, probabilities, { ...settings, features });
  const matrix = (kind: AttributeFeatures) =>
    featureMatrix(probabilities, names.length, columns, weights, kind);
  return {
    attributes,
    weightOf: Object.fromEntries(attributes.map((name, i) => [name, weights[i]!])),
    vectors: inCanonicalOrder(distinctVectors(matrix(features))),
    points: () => matrix('probability'),
    notices,
  };
}

function embedded(
  { embeddings }: ClusterInput,
  settings: ClusteringSettings,
  notices: readonly string[],
): Pick<FeatureVectors, 'vectors' | 'points' | 'notices'> {
  if (embeddings === undefined)
    throw new UserError(
      t(
        "there are no embeddings to compare faces by, only attributes: choose the features 'binary' or 'probability'",
      ),
    );
  const { weights, preset, metric } = settings;
  // The preset has metrics of its own, which are not the cosine.
  const vectors = embeddingVectors(embeddings, preset === 'original' ? 'euclidean' : metric);
  const weighted =
    weights === 'standardized' || weights === 'none'
      ? []
      : [t('weights are of attributes: embeddings are compared without')];
  return {
    vectors,
    points: () => rowsOf(vectors),
    notices: [embeddingText(embeddings), ...notices, ...weighted],
  };
}

const embeddingText = ({ columns, layer, kept }: Embeddings) =>
  columns === layer
    ? t('faces are compared by embeddings of {0} numbers', layer.toLocaleString('en'))
    : t(
        'faces are compared by embeddings: {0} numbers, which hold {1} % of the variance of the {2} of the network',
        columns,
        (100 * kept).toFixed(1),
        layer.toLocaleString('en'),
      );

/** @throws UserError where embeddings cannot be compared by the metric of the method. */
export function checkEmbeddingMetric(settings: ClusteringSettings): void {
  const { preset } = settings;
  const used = withPreset(settings);
  const { metric } = used;
  const isUsed = usedParameters({ ...used, preset: 'none' }).includes('metric');
  if (settings.features !== 'embedding' || !isUsed || metric !== 'hamming') return;
  throw new UserError(
    preset === 'original'
      ? t(
          'the metric hamming of the original preset counts numbers that differ, and those of embeddings always do: choose euclidean, cosine or manhattan',
        )
      : t(
          'the metric hamming counts numbers that differ, and those of embeddings always do: choose euclidean, cosine or manhattan',
        ),
  );
}

type WeightSettings = Pick<ClusteringSettings, 'weights' | 'weightsFrom' | 'preset'> & {
  features: AttributeFeatures;
};

/**
 * Weights of the attributes, by their spread in these faces, or by their frequencies in these faces
 * or in CelebA. With the preset of the original work none are standardized.
 */
function weightsOf(
  attributes: readonly string[],
  names: readonly string[],
  probabilities: Float32Array,
  { weights, weightsFrom, features, preset }: WeightSettings,
): Float64Array {
  if (weights === 'standardized') {
    if (preset === 'original') return attributeWeights(attributes, 'none');
    const columns = attributes.map((name) => names.indexOf(name));
    return standardizedWeights(deviationsOf(probabilities, names.length, columns, features));
  }
  if (weightsFrom === 'celeba') return attributeWeights(attributes, weights);
  const own = frequencies(probabilities, names.length);
  return attributeWeights(
    attributes,
    weights,
    Object.fromEntries(names.map((name, i) => [name, own[i]])),
  );
}
