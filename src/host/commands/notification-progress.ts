/** Connects notifications of VS Code with the progress and cancellation of the engine. */
import type * as vscode from 'vscode';
import type { Progress } from '../../domain/progress';
import { stageText } from '../../domain/progress-text';
import { CancelledError } from '../../util/errors';
import type { ProgressReport } from '../outlets';

/**
 * Percent of the bar that each stage fills. Inference takes almost all the time of an analysis and
 * is its only stage whose length is known from the start.
 */
const SHARES: Partial<Record<Progress['stage'], number>> = { infer: 95, copy: 100 };

/** VS Code expects increments instead of totals. */
export function reporter(report: (value: ProgressReport) => void) {
  let shown = 0;
  return (current: Progress) => {
    const { stage, done, total } = current;
    const percent = total > 0 ? ((SHARES[stage] ?? 0) * done) / total : 0;
    const increment = Math.max(0, percent - shown);
    shown += increment;
    report({ message: stageText(current), increment });
  };
}

/** Runs work with a signal that is aborted when the user cancels. */
export async function withSignal<Result>(
  token: vscode.CancellationToken,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const controller = new AbortController();
  const listening = token.onCancellationRequested(() => {
    controller.abort(new CancelledError());
  });
  try {
    return await work(controller.signal);
  } finally {
    listening.dispose();
  }
}
