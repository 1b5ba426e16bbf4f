/** Fetches the sample portraits once, before any test runs. */
import { samplePortraits } from '../../scripts/samples.mjs';

export default async function setup(): Promise<void> {
  await samplePortraits();
}
