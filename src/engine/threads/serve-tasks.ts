/** The end of a worker thread that runs tasks one after the other. */
import { parentEnd } from '../../channel/node-ports';
import { serve, type Handlers } from '../../channel/serve';
import type { TaskHandlers, TaskTable } from '../../util/tasks';

/** Calls of a worker of a `TaskPool`. Each message of progress stands for one step. */
export type TaskCalls<Tasks extends TaskTable<Tasks>> = {
  [Name in keyof Tasks & string]: {
    params: Tasks[Name]['params'];
    result: Tasks[Name]['result'];
    progress: null;
  };
};

/** Runs the tasks that the parent thread asks for. */
export function serveTasks<Tasks extends TaskTable<Tasks>>(tasks: TaskHandlers<Tasks>): void {
  const handler =
    <Name extends keyof Tasks & string>(name: Name) =>
    (params: Tasks[Name]['params'], { onProgress }: { onProgress: (step: null) => void }) =>
      tasks[name](params, {
        onStep: () => {
          onProgress(null);
        },
      });
  const names = Object.keys(tasks) as (keyof Tasks & string)[];
  // `fromEntries` forgets that each name has the handler of its own parameters.
  const handlers = Object.fromEntries(names.map((name) => [name, handler(name)])) as unknown;
  serve(parentEnd(), handlers as Handlers<TaskCalls<Tasks>>);
}
