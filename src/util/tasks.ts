/** Tasks that can run in worker threads, with plain data in and out. */

/** The parameters and the result of each task, by its name. */
export type TaskTable<Tasks> = {
  [Name in keyof Tasks]: { params: unknown; result: unknown };
};

export interface TaskOptions {
  signal?: AbortSignal | undefined;
  /** Called after each step of a task that has several. */
  onStep?: (() => void) | undefined;
}

/** Runs a task, in this thread or another. */
export type RunTask<Tasks extends TaskTable<Tasks>> = <Name extends keyof Tasks & string>(
  name: Name,
  params: Tasks[Name]['params'],
  options: TaskOptions,
) => Promise<Tasks[Name]['result']>;

/** What runs each task. */
export type TaskHandlers<Tasks extends TaskTable<Tasks>> = {
  [Name in keyof Tasks & string]: (
    params: Tasks[Name]['params'],
    options: TaskOptions,
  ) => Promise<Tasks[Name]['result']>;
};
