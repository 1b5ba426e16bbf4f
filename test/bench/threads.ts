/**
 * One stage alone on all cores, in threads that share nothing, as the engine's describing threads
 * do: `node threads.js decode|infer|encode|faces FOLDER COUNT FILE [THREADS]`. Prints items a
 * second and peak memory as JSON, or, where it takes turns (driven.ts), the number of items that
 * were done.
 *
 * `decode`: aligned crops, from files to the network's input. `infer`: the network of FILE, a
 * session of one thread each. `encode`: aligned crops, to the strips that are kept. `faces`: whole
 * photos, found and cut out, with the detector of FILE.
 */
import { availableParallelism } from 'node:os';
import { isMainThread, workerData } from 'node:worker_threads';
import pMap from 'p-map';
import { parseSettings } from '../../src/domain/settings';
import { searchedFaces } from '../../src/faces/detect';
import { openDetector } from '../../src/faces/detector';
import { releaseBuffer } from '../../src/images/buffer-pool';
import { encodeStrips, MAX_STRIP_FACES } from '../../src/images/crop-strips';
import { readImage } from '../../src/images/encoded-image';
import type { ImageFile } from '../../src/images/image-list';
import { scanImages } from '../../src/images/scan-folders';
import { openModel } from '../../src/networks/model';
import { setNativeEnvironment } from '../../src/util/native-environment';
import { alignedCrop } from './aligned-crop';
import { done, driven, prepared, toldToStop } from './driven';
import { together, whenTold } from './together';

const SIZE = { width: 160, height: 192 };
const BATCH = 8;
/** Crops that are encoded over and over. */
const ENCODED = 8 * MAX_STRIP_FACES;

interface Task {
  stage: string;
  images: ImageFile[];
  file: string;
  /** Items of all threads that are done. */
  counted: Int32Array;
  /** Over and over, until the process ends. */
  endless: boolean;
}

/** What is to be measured; everything else is done before. */
type Prepared = () => Promise<void>;

function prepare(task: Task): Prepared | Promise<Prepared> {
  switch (task.stage) {
    case 'decode':
      return decoding(task);
    case 'infer':
      return inference(task);
    case 'encode':
      return encoding(task);
    case 'faces':
      return findingFaces(task);
    default:
      throw new Error(`unknown stage '${task.stage}'`);
  }
}

const count = ({ counted }: Task, items: number) => Atomics.add(counted, 0, items);

const decoding = (task: Task) => async () => {
  await pMap(
    task.images,
    async (image) => {
      releaseBuffer(await alignedCrop(image, SIZE));
      count(task, 1);
    },
    { concurrency: 4 },
  );
};

async function inference(task: Task): Promise<Prepared> {
  const model = await openModel(task.file, { provider: 'cpu', threads: 1 });
  const crops = new Uint8Array(BATCH * SIZE.width * SIZE.height * 3);
  for (let i = 0; i < crops.length; i++) crops[i] = (i * 2654435761) >>> 24;
  for (let i = 0; i < 5; i++) await model.infer(crops, BATCH);
  return async () => {
    for (let done = 0; done < task.images.length; done += BATCH) {
      await model.infer(crops, BATCH);
      count(task, BATCH);
    }
  };
}

async function encoding(task: Task): Promise<Prepared> {
  const { images } = task;
  const strips: Buffer[] = [];
  for (let from = 0; from < ENCODED; from += MAX_STRIP_FACES) {
    const strip = Array.from(
      { length: MAX_STRIP_FACES },
      (_, i) => images[(from + i) % images.length]!,
    );
    strips.push(Buffer.concat(await pMap(strip, (image) => alignedCrop(image, SIZE))));
  }
  const counts = new Array<number>(MAX_STRIP_FACES).fill(1);
  return async () => {
    for (let done = 0; done < images.length; done += MAX_STRIP_FACES) {
      await encodeStrips(strips[(done / MAX_STRIP_FACES) % strips.length]!, counts, SIZE);
      count(task, MAX_STRIP_FACES);
    }
  };
}

async function findingFaces(task: Task): Promise<Prepared> {
  const settings = parseSettings({}, (name) => name);
  const find = searchedFaces(await openDetector(task.file, 'cpu', 1), SIZE, settings);
  const all = async (part: ImageFile[]) => {
    await pMap(
      part,
      async (image) => {
        const found = await find(await readImage(image));
        for (const region of found.regions) releaseBuffer(await found.crop(region));
        found.release();
        count(task, 1);
      },
      { concurrency: 4 },
    );
  };
  await all(task.images.slice(0, 3));
  return () => all(task.images);
}

async function measure() {
  const [
    ,
    ,
    stage = '',
    folder = '',
    count = '0',
    file = '',
    threads = String(availableParallelism()),
  ] = process.argv;
  const images = [...(await scanImages([folder])).images];
  const chosen = Array.from({ length: Number(count) }, (_, i) => images[i % images.length]!);
  const counted = new Int32Array(new SharedArrayBuffer(4));
  const tasks = Array.from({ length: Number(threads) }, (_, i): Task => ({
    stage,
    file,
    images: chosen.filter((_, at) => at % Number(threads) === i),
    counted,
    endless: driven,
  }));
  const begun = new Promise<void>((resolve) => {
    void together(__filename, tasks, () => prepared().then(resolve)).then(({ seconds }) => {
      console.log(
        JSON.stringify({
          rate: chosen.length / seconds,
          peakMemory: process.resourceUsage().maxRSS * 1024,
        }),
      );
      process.exit(0);
    });
  });
  if (!driven) return;
  await begun;
  await toldToStop();
  done();
  console.log(JSON.stringify({ items: Atomics.load(counted, 0) }));
  // Its threads are amid the network, which would not bear to be ended by the process itself: it is
  // killed.
}

async function work(task: Task) {
  const once = await prepare(task);
  whenTold(async () => {
    do await once();
    while (task.endless);
  });
}

if (isMainThread) setNativeEnvironment(); // before any thread starts
void (isMainThread ? measure() : work(workerData as Task));
