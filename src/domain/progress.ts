/** Progress of a job. */

export type Stage =
  'scan' | 'infer' | 'embed' | 'cluster' | 'compare' | 'summarise' | 'export' | 'copy' | 'open';

export interface Progress {
  stage: Stage;
  done: number;
  /** 0 while unknown. */
  total: number;
  failed: number;
}
