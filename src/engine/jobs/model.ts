/** Describes a network file before it is used. */
import { checkNetwork } from '../../networks/check-network';
import type { EngineCalls } from '../../protocol/engine';
import { fileHash } from '../pipeline/pipeline-keys';
import type { JobContext } from './job-context';

/** @throws UserError that names what was expected and what the file holds. */
export async function describeModel(
  { file }: EngineCalls['model']['params'],
  { signal }: JobContext,
): Promise<EngineCalls['model']['result']> {
  const { attributes, crop } = await checkNetwork(file, await fileHash(file), { signal });
  return { attributes, crop };
}
