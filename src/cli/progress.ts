/**
 * Progress on stderr: one line that is overwritten on a terminal, JSON lines with `--progress
 * json`, otherwise nothing.
 */
import type { Progress } from '../domain/progress';
import { stageText } from '../domain/progress-text';

export interface ProgressLine {
  show: (progress: Progress) => void;
  /** Clears the line. */
  end: () => void;
}

export function progressLine(format: 'json' | undefined): ProgressLine {
  if (format === 'json') {
    return {
      show: (progress) => {
        console.error(JSON.stringify(progress));
      },
      end: () => undefined,
    };
  }
  if (!process.stderr.isTTY) return { show: () => undefined, end: () => undefined };
  return {
    show: (progress) => {
      process.stderr.write(`\r\u001b[K${stageText(progress)}`);
    },
    end: () => process.stderr.write('\r\u001b[K'),
  };
}
