/** Makes the embeddings of a run's faces, once. */
import { isAbsolute } from 'node:path';
import type { EngineCalls } from '../../protocol/engine';
import { readEmbeddings, type RunEmbeddings, writeEmbeddings } from '../../runs/run-embeddings';
import { unlessDamaged } from '../../runs/run-schemas';
import { type StoredRun, writeToRun } from '../../runs/run-store';
import { forName } from '../../text/neutralize';
import { t } from '../../text/translate';
import { messageOf, UserError } from '../../util/errors';
import { shortHash } from '../../util/content-hash';
import { openRun } from '../open-runs';
import { withStore } from '../open-store';
import { embedFaces } from '../pipeline/embed-faces';
import { embeddingKey, fileHash } from '../pipeline/pipeline-keys';
import type { JobContext } from './job-context';

type Params = EngineCalls['embed']['params'];
type Result = EngineCalls['embed']['result'];

/** @throws UserError where the network of the run is gone, or gives none; CancelledError. */
export async function embedRun(
  { runDir, storeDir }: Params,
  { signal, onProgress }: JobContext,
): Promise<Result> {
  const started = performance.now();
  const run = await openRun(runDir);
  const { manifest } = run;
  const { model, modelSha256 } = manifest.embeddings ?? manifest;
  // A file from elsewhere does not choose a network that this machine runs.
  const isForeign = manifest.file !== undefined && !isAbsolute(model);
  if (isForeign && modelSha256 === undefined) throw withoutNetwork(model);
  // The network's file is not needed for embeddings that are there.
  const hash = modelSha256 === undefined ? await fileHash(model) : shortHash(modelSha256);
  const stored = await readEmbeddings(runDir, manifest.faces).catch(unlessDamaged);
  if (stored?.network === embeddingKey(hash))
    return resultOf(stored, { known: stored.faces, started, notices: [] });
  if (isForeign) throw withoutNetwork(model);
  await checkNetworkOf(run, model, hash);
  const notices: string[] = [];
  const folder = manifest.settings.cache ? storeDir : null;
  return withStore(
    folder,
    (notice) => notices.push(notice),
    async (store) => {
      const { embeddings, known } = await embedFaces(run, model, { store, signal, onProgress });
      await writeToRun(run, () => writeEmbeddings(runDir, embeddings));
      return resultOf(embeddings, { known, started, notices });
    },
  );
}

const withoutNetwork = (model: string) =>
  new UserError(
    t(
      "the file was saved without embeddings, and its network '{0}' is not a part of this program: save it again after its faces were compared by embeddings",
      forName(model),
    ),
  );

/** @throws UserError where the network is not the one that the run was made with. */
async function checkNetworkOf({ folder }: StoredRun, model: string, hash: string) {
  let problem = t('has changed since');
  try {
    if ((await fileHash(model)) === hash) return;
  } catch (error) {
    problem = t('cannot be read ({0})', messageOf(error));
  }
  throw new UserError(
    t(
      "the run in '{0}' has no embeddings, and its network '{1}' {2}: analyze its images again",
      folder,
      model,
      problem,
    ),
  );
}

const resultOf = (
  { faces, layer, columns, kept }: RunEmbeddings,
  { known, started, notices }: Pick<Result, 'known' | 'notices'> & { started: number },
): Result => ({
  faces,
  layer,
  columns,
  kept,
  known,
  seconds: (performance.now() - started) / 1000,
  notices,
});
