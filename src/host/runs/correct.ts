/** Corrections of a run's clusters that a person asked for. */
import type { CorrectionRequest } from '../../domain/corrections';
import type { CorrectionStep } from '../../protocol/clustering-calls';
import { UserError } from '../../util/errors';
import type { RunSession } from './run-session';

/**
 * @param seen `clusterings` of the session before a person was asked about clusters, which others
 * may have replaced when the answer comes.
 * @throws UserError where it cannot be made.
 */
export async function correct(
  session: RunSession,
  request: CorrectionRequest | CorrectionStep,
  seen = session.clusterings,
): Promise<void> {
  const outcome = await session.correct(request, seen);
  if (outcome.kind === 'failed') throw new UserError(outcome.message);
}
