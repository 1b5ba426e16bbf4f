/** What a network file is, before it is used. */
import { openModel } from '../faces/model';
import type { EngineCalls } from '../protocol';

/** @throws UserError naming what was expected and what the file holds. */
export async function describeModel({ file }: EngineCalls['model']['params']): Promise<EngineCalls['model']['result']> {
  const model = await openModel(file, { provider: 'cpu', threads: 1 });
  const { attributes, crop } = model;
  await model.release();
  return { attributes, crop };
}
