/** Progress on stderr: a line that is written over on a terminal, JSON lines on request, else nothing. */
import type { Progress, Stage } from '../protocol';

const WORDS: Record<Stage, string> = {
  scan: 'finding images',
  infer: 'describing faces',
  cluster: 'clustering',
  summarise: 'averaging faces',
  export: 'writing results',
};

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
    show: ({ stage, done, total, failed }) => {
      const count = total > 0 ? `${String(done)} of ${String(total)}` : String(done);
      process.stderr.write(`\r\u001b[K${WORDS[stage]}: ${count}${failed > 0 ? ` (${String(failed)} failed)` : ''}`);
    },
    end: () => process.stderr.write('\r\u001b[K'),
  };
}
