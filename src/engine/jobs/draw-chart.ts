/** Draws a chart as PNG. */
import type { EngineCalls } from '../../protocol/engine';
import { t } from '../../text/translate';
import { messageOf, UserError } from '../../util/errors';
import { drawCharts } from '../draw-charts';
import type { JobContext } from './job-context';

/** @throws UserError where it cannot be drawn; CancelledError. */
export async function drawChart(
  { svg }: EngineCalls['drawChart']['params'],
  { signal }: JobContext,
): Promise<EngineCalls['drawChart']['result']> {
  try {
    const [png] = await drawCharts([svg], signal);
    return png!;
  } catch (error) {
    signal.throwIfAborted();
    throw new UserError(t('{0}. Save it as SVG', messageOf(error)), { cause: error });
  }
}
