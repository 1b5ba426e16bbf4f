/** Progress of a job. */

export type Stage =
  | 'scan'
  | 'load'
  | 'infer'
  | 'embed'
  | 'cluster'
  | 'copies'
  | 'compare'
  | 'summarise'
  | 'export'
  | 'copy'
  | 'open';

export interface Progress {
  stage: Stage;
  done: number;
  /** 0 while unknown. */
  total: number;
  failed: number;
}
