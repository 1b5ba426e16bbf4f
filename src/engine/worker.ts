/** A worker thread of the engine: does pieces of clustering, one after the other. */
import { parentPort } from 'node:worker_threads';
import { runHere, type TaskName, type Tasks } from '../clustering/tasks';
import { packError, type ThreadError } from './thread-errors';

export type WorkerRequest = { [Name in TaskName]: { name: Name; params: Tasks[Name]['params'] } }[TaskName];
export type WorkerReply = { kind: 'step' } | { kind: 'done'; result: unknown } | ({ kind: 'failed' } & ThreadError);

parentPort?.on('message', ({ name, params }: WorkerRequest) => {
  const reply = (message: WorkerReply) => parentPort?.postMessage(message);
  // The name picks the task that takes just these parameters; TypeScript cannot follow that through a union.
  (runHere as (name: TaskName, params: unknown, options: object) => Promise<unknown>)(name, params, {
    onStep: () => {
      reply({ kind: 'step' });
    },
  }).then(
    (result) => {
      reply({ kind: 'done', result });
    },
    (error: unknown) => {
      reply({ kind: 'failed', ...packError(error) });
    },
  );
});
