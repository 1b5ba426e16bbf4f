/** Threads that begin at once when all are ready. */
import { parentPort, Worker } from 'node:worker_threads';

/**
 * Starts a thread of a script for each task (`workerData`).
 * @param begin awaited when all are ready.
 * @returns what `whenTold` answers in each, and the seconds from the word to the last of them.
 */
export async function together(
  script: string,
  tasks: readonly unknown[],
  begin?: () => Promise<void>,
): Promise<{ answers: unknown[]; seconds: number }> {
  const workers = tasks.map((task) => new Worker(script, { workerData: task }));
  const next = () =>
    Promise.all(
      workers.map(
        (worker) =>
          new Promise((resolve, reject) => {
            worker.once('message', resolve).once('error', reject);
          }),
      ),
    );
  await next();
  await begin?.();
  const start = performance.now();
  const done = next();
  for (const worker of workers) worker.postMessage('go');
  const answers = await done;
  const seconds = (performance.now() - start) / 1000;
  await Promise.all(workers.map((worker) => worker.terminate()));
  return { answers, seconds };
}

/** In a thread: says that it is ready, and does the work when all are. */
export function whenTold(work: () => Promise<unknown>): void {
  parentPort!.once('message', () => {
    void work().then((answer) => {
      parentPort!.postMessage(answer);
    });
  });
  parentPort!.postMessage('ready');
}
