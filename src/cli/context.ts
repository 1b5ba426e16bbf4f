/** What every command is given. */

export interface CliContext {
  /** Folder that holds `dist` and `weights`. */
  root: string;
  signal: AbortSignal;
}

/** Options as commander gives them. */
export interface CliOptions {
  out: string;
  labels: string;
  split: string;
  vectors?: string;
  progress?: 'json';
  [name: string]: unknown;
}
