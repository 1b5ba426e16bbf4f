/** Describes a network file before it is used. */
import type { MissingWord } from '../../domain/network-words';
import { checkNetwork } from '../../networks/check-network';
import { activationFor } from '../../networks/missing-words';
import { findForm } from '../../networks/network-content';
import { NotProbabilities } from '../../networks/test-network';
import type { EngineCalls } from '../../protocol/engine';
import { hashOf } from '../../util/content-hash';
import { fileHash } from '../pipeline/pipeline-keys';
import type { JobContext } from './job-context';

/** @throws UserError that names what was expected and what the file holds. */
export async function describeModel(
  { file }: EngineCalls['model']['params'],
  { signal }: JobContext,
): Promise<EngineCalls['model']['result']> {
  return checkNetwork(file, await fileHash(file), { signal });
}

/** @throws UserError where nothing that could be said makes the network usable. */
export async function missingWords(
  { file }: EngineCalls['missingWords']['params'],
  { signal }: JobContext,
): Promise<EngineCalls['missingWords']['result']> {
  const { form, missing, bytes } = await findForm(file, {}, signal);
  if (missing.length === 0) missing.push(...(await missingActivation(file, signal)));
  const { width, height } = form.input;
  const { attributes, areNamesAssumed, isEmbedding } = form;
  const kind = isEmbedding ? ({ isEmbedding } as const) : {};
  const crop = { width, height };
  return { missing, attributes, areNamesAssumed, ...kind, crop, hash: hashOf(bytes) };
}

/** Runs the network: numbers outside of [0, 1] need an activation. */
async function missingActivation(file: string, signal: AbortSignal): Promise<MissingWord[]> {
  try {
    await checkNetwork(file, await fileHash(file), { signal });
    return [];
  } catch (error) {
    if (!(error instanceof NotProbabilities)) throw error;
    return [activationFor(error)];
  }
}
