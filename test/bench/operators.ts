/**
 * Where a network's time goes on one core: `node operators.js FILE…`. Prints JSON: for each file,
 * microseconds a crop of each kind of operator, as ONNX Runtime's own profiler tells them; medians.
 * The files are measured in turn, so that all meet the machine at the same speed; float16 ones are
 * widened.
 */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import { toFloat32 } from '../../src/networks/float16-to-float32';
import { sessionOptions } from '../../src/networks/session-options';

const SIZE = { width: 160, height: 192 };
const BATCH = 4;
const WARM_UP = 10;
const RUNS = 40;
const ROUNDS = 7;

/** What the profiler tells of one run of an operator. */
interface Event {
  cat: string;
  name: string;
  /** Microseconds. */
  dur: number;
  args?: { op_name?: string };
}

type Kinds = Record<string, number>;

/**
 * By the names of MobileNetV2's layers in PyTorch: a block widens (but the first), convolves each
 * channel by itself, and narrows.
 */
function kindOf({ name, args }: Event): string {
  const operator = args?.op_name ?? '';
  if (!operator.includes('Conv')) return 'everything else';
  if (name.includes('features.0/')) return 'the first convolution';
  return /features\.1\/conv\/conv\.0\/|\/conv\.1\/conv\.1\./.test(name)
    ? 'depthwise convolutions'
    : 'convolutions of 1×1';
}

async function profile(network: Uint8Array, folder: string): Promise<Kinds> {
  const options = {
    ...sessionOptions('cpu', 1),
    enableProfiling: true,
    profileFilePrefix: join(folder, 'profile'),
  };
  const session = await ort.InferenceSession.create(network, options);
  const crops = Uint8Array.from(
    { length: BATCH * SIZE.width * SIZE.height * 3 },
    (_, i) => (i * 2654435761) >>> 24,
  );
  const images = new ort.Tensor('uint8', crops, [BATCH, SIZE.height, SIZE.width, 3]);
  for (let run = 0; run < WARM_UP + RUNS; run++) await session.run({ images });
  session.endProfiling();
  await session.release();
  const [file] = await readdir(folder);
  const path = join(folder, file!);
  const events = (JSON.parse(await readFile(path, 'utf8')) as Event[]).filter(
    ({ cat }) => cat === 'Node',
  );
  await rm(path);
  const operators = events.length / (WARM_UP + RUNS);
  const kinds: Kinds = {};
  for (const event of events.slice(WARM_UP * operators))
    kinds[kindOf(event)] = (kinds[kindOf(event)] ?? 0) + event.dur / RUNS / BATCH;
  return kinds;
}

const middle = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

async function measure(files: readonly string[]) {
  const folder = await mkdtemp(join(tmpdir(), 'face-clusters-bench-'));
  try {
    const networks = await Promise.all(
      files.map(async (file) => toFloat32(await readFile(file)) ?? (await readFile(file))),
    );
    const seen = networks.map((): Kinds[] => []);
    for (let round = 0; round < ROUNDS; round++) {
      for (const [i, network] of networks.entries()) seen[i]!.push(await profile(network, folder));
    }
    const medians = seen.map((rounds) =>
      Object.fromEntries(
        Object.keys(rounds[0]!).map((kind) => [kind, middle(rounds.map((each) => each[kind]!))]),
      ),
    );
    console.log(JSON.stringify(medians));
  } finally {
    await rm(folder, { recursive: true });
  }
}

void measure(process.argv.slice(2));
