/** Progress and cancelling of a notification, as the engine takes them. */
import type * as vscode from 'vscode';
import type { Progress } from '../../domain/progress';
import { stageText } from '../../domain/progress-text';
import { CancelledError } from '../../util/errors';
import type { ProgressReport } from '../outlets';

/** Progress of VS Code adds up: it is told by how much it grew. */
export function reporter(report: (value: ProgressReport) => void) {
  let stage = '';
  let shown = 0;
  return (current: Progress) => {
    // Inference is almost all of what describing takes, and the only part of it whose end is known
    // from the start.
    const whole = current.stage === 'infer' ? 95 : current.stage === 'copy' ? 100 : 0;
    const share = current.total > 0 ? (whole * current.done) / current.total : 0;
    const increment = Math.max(0, share - shown);
    shown += increment;
    stage = stageText(current);
    report({ message: stage, increment });
  };
}

export function signalOf(token: vscode.CancellationToken): AbortSignal {
  const controller = new AbortController();
  token.onCancellationRequested(() => {
    controller.abort(new CancelledError());
  });
  return controller.signal;
}
