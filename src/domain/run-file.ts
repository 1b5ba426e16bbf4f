/** Files that hold a run with its clusters, crops and corrections. */

export const RUN_FILE_EXTENSION = '.faceclusters';

export const isRunFile = (path: string): boolean => path.toLowerCase().endsWith(RUN_FILE_EXTENSION);
