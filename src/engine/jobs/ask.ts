/** Faces that have some attributes and lack others. */
import { attributeKey } from '../../domain/attributes';
import type { Condition, QuestionOrder } from '../../domain/question';
import type { EngineCalls } from '../../protocol/engine';
import { t } from '../../text/translate';
import { UserError } from '../../util/errors';
import { presentProbabilities } from '../clustering/present-probabilities';
import { type OpenRun, openRun } from '../open-runs';
import { pageOf } from './folded-faces';
import { clusteringOf } from './stored-clustering';

/** The last answer, of which a page after the other is asked for. */
let last: { key: string; run: OpenRun; rows: Int32Array } | undefined;

export async function ask({
  runDir,
  conditions,
  order,
  ...part
}: EngineCalls['ask']['params']): Promise<EngineCalls['ask']['result']> {
  const run = await openRun(runDir);
  const { settings } = (await clusteringOf(run)).clustering;
  const key = JSON.stringify([conditions, order, settings.thresholds, settings.features]);
  if (last?.run !== run || last.key !== key) {
    const { modelAttributes: names, thresholds, groups } = run.manifest;
    const input = { probabilities: run.probabilities, names, thresholds, groups };
    const { probabilities } = presentProbabilities(input, settings);
    last = { key, run, rows: answer({ probabilities, names }, conditions, order, run.corrections) };
  }
  return pageOf(run, last.rows, part);
}

/**
 * @param probabilities `[faces, names]`; 0.5 stands for 'present'.
 * @returns rows of the faces that meet all conditions; equally probable ones in the order of rows.
 * @throws UserError where an attribute is unknown.
 */
export function answer(
  { probabilities, names }: { probabilities: Float32Array; names: readonly string[] },
  conditions: readonly Condition[],
  order: QuestionOrder,
  { notFaces }: { notFaces: ReadonlySet<number> },
): Int32Array {
  const columns = conditions.map(({ attribute, present }) => {
    const column = names.findIndex((name) => attributeKey(name) === attributeKey(attribute));
    if (column < 0) throw new UserError(t('the network of this run has no such attribute'));
    return { column, present };
  });
  const width = names.length;
  const faces = probabilities.length / width;
  const sureness = new Float32Array(faces);
  const rows: number[] = [];
  for (let row = 0; row < faces; row++) {
    let least = 1;
    for (const { column, present } of columns) {
      const probability = probabilities[row * width + column]!;
      // 0.5 is present, and so is never absent.
      least = Math.min(least, present ? probability : probability >= 0.5 ? 0 : 1 - probability);
    }
    sureness[row] = least;
    if (least >= 0.5 && !notFaces.has(row)) rows.push(row);
  }
  const sign = order === 'surest' ? -1 : 1;
  return Int32Array.from(rows).sort((a, b) => sign * (sureness[a]! - sureness[b]!) || a - b);
}
