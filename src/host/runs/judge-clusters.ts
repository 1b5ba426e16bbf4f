/** Compares the clusters of a run with labels beside its images. */
import type { Judgement } from '../../domain/judgement';
import type { EngineClient } from '../../engine/client';
import { messageOf } from '../../util/errors';

/**
 * @param log takes why the clusters are not compared.
 * @returns undefined where there are no labels, or none that fit.
 */
export async function judgeClusters(
  engine: EngineClient,
  runDir: string,
  log: (message: string) => void,
): Promise<Judgement | undefined> {
  try {
    const judgement = await engine.call('truth', { runDir });
    if (judgement === null) return undefined;
    if (!('unfit' in judgement)) return judgement;
    log(`the clusters are not compared with labels: ${judgement.unfit}`);
  } catch (error) {
    log(`cannot compare the clusters with labels: ${messageOf(error)}`);
  }
  return undefined;
}
