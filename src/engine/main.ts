/**
 * The main program of the engine's processes. They are driven by calls over their IPC channel, and
 * end when their parent is gone. A crash in a native library ends one process and nothing else.
 */
import { packError } from '../channel/messages';
import { parentEnd } from '../channel/node-ports';
import { type CallContext, type Handlers, serve } from '../channel/serve';
import type { Progress } from '../domain/progress';
import type { EngineCalls, EngineCall } from '../protocol/engine';
import { CancelledError } from '../util/errors';
import { setNativeEnvironment } from '../util/native-environment';
import { withinLimit } from '../util/silence';
import type { EngineAnswer, EngineTable } from './call-kinds';
import { alike } from './jobs/alike';
import { analyze } from './jobs/analyze';
import { ask } from './jobs/ask';
import { changes, clearStore, storeSize } from './jobs/changes';
import { clusterDistance } from './jobs/cluster-distance';
import { clusterVectors } from './jobs/cluster-vectors';
import { compareRun, compareVectors } from './jobs/compare';
import { clusterPaths, copyImages } from './jobs/copy-images';
import { writeSidecars } from './jobs/sidecars';
import { correctRun } from './jobs/corrections';
import { dataset } from './jobs/dataset';
import { datasetImage, datasetSamples, exploreDataset } from './jobs/dataset-view';
import { drawChart } from './jobs/draw-chart';
import { embedRun } from './jobs/embed';
import { evaluate } from './jobs/evaluate';
import { exportRun } from './jobs/export';
import { componentsOf } from './jobs/face-components';
import { arrangedPlaces, attributeValues, places } from './jobs/face-map';
import { cardsOf, clusterRun, locate, page, pictures } from './jobs/inspect';
import { copiesOfRun } from './jobs/folded-faces';
import type { JobContext } from './jobs/job-context';
import { judgeRun, judgeStored } from './jobs/judge';
import {
  clusteringDifference,
  keepClustering,
  keptClusterings,
  removeKeptClustering,
} from './jobs/kept-clusterings';
import { suspectedLabelErrors } from './jobs/label-errors';
import { describeModel, missingWords } from './jobs/model';
import { packRun } from './jobs/pack-run';
import { photo } from './jobs/photo';
import { writeLabels } from './jobs/write-labels';
import { typicalFaces } from './jobs/typical-faces';
import { unpackRun } from './jobs/unpack-run';
import { wrapNetwork } from './jobs/wrap-network';
import { runStoreWriterProcess } from './pipeline/store-writer';
import { closeStore } from './open-store';
import { isRetired } from './retire';
import { runToolProcess } from './tools';

setNativeEnvironment(); // before any thread or child process starts

type Job<Name extends EngineCall> = (
  params: EngineCalls[Name]['params'],
  context: JobContext,
) => Promise<EngineCalls[Name]['result']>;

/** Minimum time between messages of progress, in milliseconds. */
const PROGRESS_INTERVAL_MS = 80;
/** Time that closing the store has before this process ends, in milliseconds. */
const CLOSE_LIMIT_MS = 2000;

/** Limits the rate of progress; the first and the last message of a stage are always sent. */
function throttled(send: (progress: Progress) => void): (progress: Progress) => void {
  let last = { stage: '', at: 0 };
  return (progress) => {
    const now = performance.now();
    const finished = progress.total > 0 && progress.done === progress.total;
    if (last.stage === progress.stage && !finished && now - last.at < PROGRESS_INTERVAL_MS) return;
    last = { stage: progress.stage, at: now };
    send(progress);
  };
}

const answering =
  <Name extends EngineCall>(job: Job<Name>) =>
  async (
    { params, host }: EngineTable[Name]['params'],
    { signal, onProgress }: CallContext<Progress>,
  ): Promise<EngineAnswer<Name>> => {
    const run = async () => job(params, { signal, host, onProgress: throttled(onProgress) });
    const outcome = await run().then(
      (result) => ({ result }),
      (error: unknown) => ({ error: packError(signal.aborted ? new CancelledError() : error) }),
    );
    return { outcome, peakMemory: process.resourceUsage().maxRSS * 1024, retired: isRetired() };
  };

const handlers: Handlers<EngineTable> = {
  analyze: answering<'analyze'>(analyze),
  changes: answering<'changes'>(changes),
  storeSize: answering<'storeSize'>(storeSize),
  clearStore: answering<'clearStore'>(clearStore),
  embed: answering<'embed'>(embedRun),
  cluster: answering<'cluster'>(clusterRun),
  correct: answering<'correct'>(correctRun),
  keep: answering<'keep'>(keepClustering),
  kept: answering<'kept'>(keptClusterings),
  removeKept: answering<'removeKept'>(removeKeptClustering),
  difference: answering<'difference'>(clusteringDifference),
  pictures: answering<'pictures'>(pictures),
  page: answering<'page'>(page),
  typicalFaces: answering<'typicalFaces'>(typicalFaces),
  copies: answering<'copies'>(copiesOfRun),
  ask: answering<'ask'>(ask),
  faceComponents: answering<'faceComponents'>(componentsOf),
  clusterDistance: answering<'clusterDistance'>(clusterDistance),
  faceCards: answering<'faceCards'>(cardsOf),
  places: answering<'places'>(places),
  arrangedPlaces: answering<'arrangedPlaces'>(arrangedPlaces),
  attributeValues: answering<'attributeValues'>(attributeValues),
  alike: answering<'alike'>(alike),
  locate: answering<'locate'>(locate),
  photo: answering<'photo'>(photo),
  clusterPaths: answering<'clusterPaths'>(clusterPaths),
  copyImages: answering<'copyImages'>(copyImages),
  writeSidecars: answering<'writeSidecars'>(writeSidecars),
  drawChart: answering<'drawChart'>(drawChart),
  export: answering<'export'>(exportRun),
  pack: answering<'pack'>(packRun),
  unpack: answering<'unpack'>(unpackRun),
  vectors: answering<'vectors'>(clusterVectors),
  compare: answering<'compare'>(compareRun),
  compareVectors: answering<'compareVectors'>(compareVectors),
  judge: answering<'judge'>(judgeRun),
  truth: answering<'truth'>(judgeStored),
  dataset: answering<'dataset'>(dataset),
  labels: answering<'labels'>(writeLabels),
  exploreDataset: answering<'exploreDataset'>(exploreDataset),
  datasetSamples: answering<'datasetSamples'>(datasetSamples),
  datasetImage: answering<'datasetImage'>(datasetImage),
  labelErrors: answering<'labelErrors'>(suspectedLabelErrors),
  evaluate: answering<'evaluate'>(evaluate),
  model: answering<'model'>(describeModel),
  missingWords: answering<'missingWords'>(missingWords),
  wrapNetwork: answering<'wrapNetwork'>(wrapNetwork),
};

function runEngineProcess() {
  const port = parentEnd();
  serve(port, handlers);
  port.onClose(() => {
    // Otherwise the process waits for its threads, of which one may hang in native code.
    process.once('exit', () => process.kill(process.pid, 'SIGKILL'));
    const end = () => process.exit(0);
    withinLimit(closeStore(), CLOSE_LIMIT_MS).then(end, end);
  });
  // Ctrl+C in a terminal reaches the whole process group; the command line handles it.
  process.on('SIGINT', () => undefined);
}

const [, , mode, ...parameters] = process.argv;
if (mode === '--tool') runToolProcess();
else if (mode === '--write-store') runStoreWriterProcess(parameters[0]!);
else runEngineProcess();
