/** How far a job is. */

export type Stage = 'scan' | 'infer' | 'cluster' | 'compare' | 'summarise' | 'export' | 'copy';

export interface Progress {
  stage: Stage;
  done: number;
  /** 0 while it is not known. */
  total: number;
  failed: number;
}
