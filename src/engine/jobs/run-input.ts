/** What the faces of a run are clustered by. */
import type { ClusteringSettings } from '../../domain/settings';
import { readEmbeddings } from '../../runs/run-embeddings';
import type { StoredRun } from '../../runs/run-store';
import { t } from '../../text/translate';
import { UserError } from '../../util/errors';
import type { ClusterInput } from '../clustering/present-probabilities';

/**
 * @returns with embeddings only where the settings want them.
 * @throws UserError where they do, and the run has none; DamagedRun.
 */
export async function inputOf(
  { folder, manifest, probabilities }: StoredRun,
  { features }: Pick<ClusteringSettings, 'features'>,
): Promise<ClusterInput> {
  const { modelAttributes: names, thresholds, groups } = manifest;
  const input = { probabilities, names, thresholds, groups };
  if (features !== 'embedding') return input;
  const embeddings = await readEmbeddings(folder, manifest.faces);
  if (embeddings === undefined)
    throw new UserError(
      t(
        "the run in '{0}' was made without embeddings: make them before its faces are compared by them",
        folder,
      ),
    );
  return { ...input, embeddings };
}
