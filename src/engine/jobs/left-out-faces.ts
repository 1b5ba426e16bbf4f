/** Faces of a run that are not clustered. */
import { LEFT_OUT_COPIES, NOT_FACES } from '../../domain/corrections';
import type { ClusteringSettings } from '../../domain/settings';
import type { LeftOutFaces } from '../clustering/corrected-faces';
import type { OpenRun } from '../open-runs';
import { copiesOf } from './copies';
import type { JobContext } from './job-context';

/** What a person said is no face and, where the settings leave them out, copies of other faces. */
export async function leftOutOf(
  run: OpenRun,
  { copies }: Pick<ClusteringSettings, 'copies'>,
  context: JobContext,
): Promise<LeftOutFaces> {
  const leftOut = new Map<number, number>();
  if (copies === 'leaveOut') {
    const originals = await copiesOf(run, context);
    originals.forEach((original, row) => {
      if (original !== row) leftOut.set(row, LEFT_OUT_COPIES);
    });
  }
  for (const row of run.corrections.notFaces) leftOut.set(row, NOT_FACES);
  return leftOut;
}
