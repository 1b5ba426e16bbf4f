/** Inferred probabilities, and from which of them attributes count as present. */
import { mostProbable, recalibrate } from '../../clustering/thresholds';
import type { Embeddings } from '../../clustering/embedding-vectors';
import type { ClusteringSettings } from '../../domain/settings';
import { t } from '../../text/translate';

export interface ClusterInput {
  /** `[faces, names]`, in [0, 1]. */
  probabilities: Float32Array;
  /** Names of its columns. */
  names: readonly string[];
  /**
   * Probability from which each counts as present, with `thresholds: balanced`; undefined where the
   * model has none.
   */
  thresholds?: readonly number[] | undefined;
  /** Columns of attributes that exclude each other, a list for each group. */
  groups?: readonly (readonly number[])[] | undefined;
  /** Of the same faces; undefined where there are none. */
  embeddings?: Embeddings | undefined;
}

/**
 * Recalibrates probabilities by the thresholds of the settings, so that 0.5 stands for 'present'.
 * Of attributes that exclude each other, the most probable is present, unless faces are compared
 * by probabilities.
 * @returns them with a notice for people.
 */
export function presentProbabilities(
  input: ClusterInput,
  settings: Pick<ClusteringSettings, 'thresholds' | 'features'>,
): { probabilities: Float32Array; notice: string | undefined } {
  const { probabilities, notice } = recalibrated(input, settings);
  const { groups = [], names } = input;
  if (groups.length === 0 || settings.features === 'probability') return { probabilities, notice };
  const original = input.probabilities;
  return {
    probabilities: mostProbable(probabilities, original, groups, names.length),
    notice,
  };
}

function recalibrated(
  { probabilities, thresholds }: ClusterInput,
  settings: Pick<ClusteringSettings, 'thresholds'>,
): { probabilities: Float32Array; notice: string | undefined } {
  if (settings.thresholds === 'half') return { probabilities, notice: undefined };
  if (thresholds === undefined) {
    return {
      probabilities,
      notice: t(
        'the model does not say from which probability an attribute counts as present: 0.5 is taken for all',
      ),
    };
  }
  return { probabilities: recalibrate(probabilities, thresholds), notice: undefined };
}
