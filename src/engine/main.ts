/**
 * The engine: a process of its own that does the work, driven by messages over its IPC channel. A crash in a native library ends this
 * process and nothing else. It ends by itself when whoever started it is gone.
 */
import './compile-late';
import { CancelledError, messageOf, UserError } from '../errors';
import { tryNetwork } from '../faces/check-network';
import { probe } from '../faces/probe';
import { tune } from '../faces/tune';
import type { Provider } from '../faces/providers';
import type { EngineCall, EngineCalls, EngineReply, EngineRequest, Progress } from '../protocol';
import { analyse, type JobContext } from './analyse';
import { changes, clearStore, storeSize } from './changes';
import { clusterPaths, copyImages } from './cluster-images';
import { compareRun, compareVectors } from './compare';
import { contradictions } from './contradictions';
import { dataset } from './dataset';
import { datasetImage, datasetSamples, exploreDataset } from './dataset-view';
import { evaluate } from './evaluate';
import { exportRun } from './export';
import { clusterRun, locate, page, pictures } from './inspect';
import { keepFor } from './keeping';
import { describeModel } from './model';
import { photo } from './photo';
import { clusterVectors } from './vectors';

type Handlers = {
  [Name in EngineCall]: (params: EngineCalls[Name]['params'], context: JobContext) => Promise<EngineCalls[Name]['result']>;
};

const handlers: Handlers = {
  analyse,
  changes,
  storeSize,
  clearStore,
  cluster: clusterRun,
  pictures,
  page,
  locate,
  photo,
  clusterPaths,
  copyImages,
  export: exportRun,
  vectors: clusterVectors,
  compare: compareRun,
  compareVectors,
  dataset,
  exploreDataset,
  datasetSamples,
  datasetImage,
  contradictions,
  evaluate,
  model: describeModel,
};

/** Progress is sent at most so often, in milliseconds; the last of a stage always is. */
const PROGRESS_INTERVAL = 80;

const running = new Map<number, AbortController>();

function send(reply: EngineReply) {
  // Without a channel whoever asked is gone, and 'disconnect' ends this process.
  if (process.connected) process.send?.(reply);
}

async function serve(id: number, name: EngineCall, params: EngineCalls[EngineCall]['params']) {
  const controller = new AbortController();
  running.set(id, controller);
  let last: { stage: string; at: number } = { stage: '', at: 0 };
  const onProgress = (progress: Progress) => {
    const now = performance.now();
    const finished = progress.total > 0 && progress.done === progress.total;
    if (last.stage === progress.stage && !finished && now - last.at < PROGRESS_INTERVAL) return;
    last = { stage: progress.stage, at: now };
    send({ kind: 'progress', id, progress });
  };
  try {
    // The name picks the handler that takes just these parameters; TypeScript cannot follow that through a union.
    const handler = handlers[name] as (params: unknown, context: JobContext) => Promise<unknown>;
    const result = await handler(params, { signal: controller.signal, onProgress });
    send({ kind: 'done', id, result, peakMemory: process.resourceUsage().maxRSS * 1024 });
  } catch (error) {
    const reason = controller.signal.aborted ? 'cancelled' : error instanceof UserError ? 'user' : 'defect';
    const stack = error instanceof Error ? error.stack : undefined;
    send({ kind: 'failed', id, reason, message: messageOf(error), stack: reason === 'defect' ? stack : undefined });
  } finally {
    running.delete(id);
  }
}

function listen() {
  process.on('message', (request: EngineRequest) => {
    if (request.kind === 'cancel') running.get(request.id)?.abort(new CancelledError());
    else void serve(request.id, request.name, request.params);
  });
  process.on('disconnect', () => process.exit(0));
  // The terminal's Ctrl+C reaches the whole process group; the command line decides what happens then.
  process.on('SIGINT', () => undefined);
  send({ kind: 'ready' });
}

async function answer(work: Promise<unknown>) {
  const result = await work;
  process.send?.(result, () => process.exit(0));
}

const [, , mode, ...rest] = process.argv;
if (mode === '--probe') {
  const [provider, file, reference] = rest as [Provider, string, string];
  void answer(probe(provider, file, reference));
} else if (mode === '--tune') {
  const [provider, threads, ...files] = rest as [Provider, string, ...string[]];
  void answer(tune(files, provider, Number(threads)));
} else if (mode === '--check-network') {
  void answer(tryNetwork(rest));
} else if (mode === '--keep') {
  void keepFor(rest[0]!);
} else {
  listen();
}
