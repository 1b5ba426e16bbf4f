/** Context and options of every command. */

export interface CliContext {
  /** Folder that holds `dist` and `weights`. */
  root: string;
  signal: AbortSignal;
}

/** Options as parsed by commander. */
export interface CliOptions {
  out: string;
  labels: string;
  split?: string;
  vectors?: string;
  save?: string;
  seeds?: unknown;
  share?: unknown;
  progress?: 'json';
  verbose?: boolean;
  png?: boolean;
  [name: string]: unknown;
}
