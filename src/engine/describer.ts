/**
 * A describing thread: reads, decodes, finds, cuts out and infers by itself, with a session of one thread. Threads that share nothing use the
 * cores better than a session of several threads, which wait for one another at every layer.
 */
import { parentPort } from 'node:worker_threads';
import { collectGarbage, LET_GATHER } from '../collect-garbage';
import { type DescribedImages, describeImages, type DescribeOptions, type WantedImage } from '../faces/describe';
import { alignedFaces, searchedFaces } from '../faces/detect';
import { type FaceDetector, openDetector } from '../faces/detector';
import type { Framing } from '../faces/framing';
import { type AttributeModel, openModel } from '../faces/model';
import { packError, type ThreadError } from './thread-errors';

/** What a thread is to do. */
export interface DescriberSetup {
  /** Size of the crops, in pixels. */
  crop: Framing;
  /** Path of the network it infers with on the CPU; undefined where another provider infers. */
  model: string | undefined;
  batchSize: number;
  /** Path of the detector and its bounds; undefined where every image is one aligned face. */
  search: { detector: string; minFaceScore: number; minFaceSize: number } | undefined;
  hashed: boolean;
}

export type DescriberRequest =
  /** The network that the setup is going to name. */
  | { kind: 'load'; file: string }
  | { kind: 'setup'; setup: DescriberSetup }
  | { kind: 'describe'; id: number; images: WantedImage[]; spare: SharedArrayBuffer | undefined }
  | { kind: 'close' };
export type DescriberReply = { kind: 'described'; id: number; result: DescribedImages } | ({ kind: 'failed'; id: number } & ThreadError);

/** Images of a request under way at a time: photos that libvips decodes, on other threads, take tens of megabytes each. */
const CONCURRENCY = { aligned: 4, searched: 2 };

let loaded: { file: string; model: Promise<AttributeModel> } | undefined;
let opened: Promise<DescribeOptions> | undefined;
let detector: FaceDetector | undefined;

function load(file: string): Promise<AttributeModel> {
  if (loaded?.file !== file) {
    loaded = { file, model: openModel(file, { provider: 'cpu', threads: 1 }) };
    loaded.model.catch(() => undefined); // told to whoever asks for it
  }
  return loaded.model;
}

async function open({ crop, model: file, batchSize, search, hashed }: DescriberSetup): Promise<DescribeOptions> {
  const model = file === undefined ? undefined : await load(file);
  detector = search === undefined ? undefined : await openDetector(search.detector, 'cpu', 1);
  const finder = detector === undefined || search === undefined ? alignedFaces(crop) : searchedFaces(detector, crop, search);
  return { finder, crop, model, batchSize, concurrency: detector === undefined ? CONCURRENCY.aligned : CONCURRENCY.searched, hashed };
}

/** When what is under way is done: a thread that is ended inside ONNX Runtime takes the process along. */
async function close() {
  await opened?.catch(() => undefined); // told already
  const model = await loaded?.model.catch(() => undefined); // likewise
  await model?.release();
  await detector?.release();
}

async function describe(id: number, images: WantedImage[], spare: SharedArrayBuffer | undefined) {
  const reply = (message: DescriberReply, transfer: ArrayBuffer[] = []) => parentPort?.postMessage(message, transfer);
  try {
    const result = await describeImages(images, await opened!, spare);
    const buffers = [result.probabilities?.buffer, ...result.strips.map(({ jpeg }) => jpeg.buffer)];
    reply(
      { kind: 'described', id, result },
      buffers.filter((buffer) => buffer !== undefined),
    );
  } catch (error) {
    reply({ kind: 'failed', id, ...packError(error) });
  }
  // Each thread has a heap of its own. Its young generation gathers 4 MB by itself (engine/client.ts), which it collects in less than a millisecond.
  collectGarbage((3 * LET_GATHER) / 8);
}

parentPort?.on('message', (request: DescriberRequest) => {
  switch (request.kind) {
    case 'load':
      void load(request.file);
      break;
    case 'setup':
      opened = open(request.setup);
      opened.catch(() => undefined); // told to whoever asks for a description
      break;
    case 'describe':
      void describe(request.id, request.images, request.spare);
      break;
    case 'close':
      void close().finally(() => parentPort?.close());
      break;
  }
});
