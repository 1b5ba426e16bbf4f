/**
 * Makes the pictures of clusters: eigenfaces, montages and JPEGs of single faces. Each strip of
 * crops is decoded once for all of them, as long as what is collected fits into memory.
 */
import pMap from 'p-map';
import type { ClusterPictures, CropSize } from '../domain/faces';
import { LOOK } from './copies/look';
import type { CropReader } from '../runs/crop-reader';
import type { Members } from '../runs/pictures-file';
import { COMPONENTS } from './eigenfaces';
import { MONTAGE_FACES } from './montage';
import type { RunPictureTask } from './picture-tasks';
import type { Collected, Destinations } from './strip-batch';

/** Longest side of what is averaged and shown in montages, in pixels, unless half is longer. */
const MAX_SIDE = 128;
/** Maximum faces of a cluster from which components are computed, evenly spread over its rows. */
export const MAX_SAMPLE = 160;
/** Limits of the memory for the samples, sums and tiles of all clusters together, in bytes. */
const MAX_SAMPLE_BYTES = 48e6;
const MAX_SUM_BYTES = 128e6;
const MAX_TILE_BYTES = 64e6;
/** Strips in a task: some ten milliseconds. */
const BATCH = 8;

/** Which pictures are made. */
export interface WantedPictures {
  eigenfaces: boolean;
  montages: boolean;
  /** JPEGs of single faces of each cluster, at most. */
  cards: number;
  /** Whether copies among the faces are looked for. */
  looks?: boolean;
  /** Number of all clusters, where only some are made: they come out as if all were. */
  clusters?: number;
}

export interface MadePictures {
  eigenfaces: ClusterPictures[];
  /** JPEGs, by cluster. */
  montages: Map<number, Uint8Array>;
  /** JPEGs of single faces, by row. */
  cards: Map<number, Uint8Array>;
  /** Looks of all faces, in shared memory; undefined where they are not wanted. */
  looks?: Uint8Array;
}

export interface PictureContext {
  run: RunPictureTask;
  /** Threads that `run` uses. */
  threads: number;
  signal?: AbortSignal | undefined;
  /** Called with the number of faces that were read, and of all to be read. */
  onProgress?: (done: number, total: number) => void;
}

/**
 * @param members rows of each cluster, the most typical first.
 * @throws DamagedRun; UserError where the run was replaced meanwhile; the signal's reason.
 */
export async function clusterPictures(
  crops: CropReader,
  members: readonly Members[],
  wanted: WantedPictures,
  context: PictureContext,
): Promise<MadePictures> {
  const plan = planOf(crops.size, members, wanted, 2 * context.threads);
  const made: MadePictures = { eigenfaces: [], montages: new Map(), cards: new Map() };
  const { onProgress } = context;
  for (const [i, pass] of plan.passes.entries()) {
    await runPass(
      { crops, plan, pass, made },
      {
        ...context,
        onProgress: (read) =>
          onProgress?.(i * crops.count + read, plan.passes.length * crops.count),
      },
    );
  }
  return made;
}

/** What is made while the strips are decoded once. */
interface Pass {
  summed: readonly Members[];
  tiled: readonly Members[];
  cards: readonly Members[];
  looks: boolean;
}

interface Plan {
  /** Width and height of a crop are divided by it. */
  reduction: number;
  /** Of a reduced crop. */
  size: CropSize;
  /** Faces of a cluster whose gray values are kept, at most. */
  maxSample: number;
  /** Tasks under way: two a thread, one of which waits. */
  lanes: number;
  passes: Pass[];
  maxCards: number;
}

function planOf(
  crop: CropSize,
  members: readonly Members[],
  wanted: WantedPictures,
  lanes: number,
): Plan {
  const reduction = reductionOf(crop);
  const size = {
    width: Math.floor(crop.width / reduction),
    height: Math.floor(crop.height / reduction),
  };
  const pixels = size.width * size.height;
  const affordable = Math.floor(
    MAX_SAMPLE_BYTES / (pixels * Math.max(1, wanted.clusters ?? members.length)),
  );
  const maxSample = Math.max(COMPONENTS + 1, Math.min(MAX_SAMPLE, affordable));
  const summed = groups(wanted.eigenfaces ? members : [], MAX_SUM_BYTES / (lanes * pixels * 12));
  const tiled = groups(
    wanted.montages ? members : [],
    MAX_TILE_BYTES / (MONTAGE_FACES * pixels * 3),
  );
  const cards = wanted.cards > 0 ? [members] : [];
  const looks = wanted.looks === true;
  const count = Math.max(summed.length, tiled.length, cards.length, Number(looks));
  return {
    reduction,
    size,
    maxSample,
    lanes,
    maxCards: wanted.cards,
    passes: Array.from({ length: count }, (_, i) => ({
      summed: summed[i] ?? [],
      tiled: tiled[i] ?? [],
      cards: cards[i] ?? [],
      looks: looks && i === 0,
    })),
  };
}

/** At least 2, but for crops of a pixel: a mean is smooth anyway. */
export const reductionOf = ({ width, height }: CropSize): number =>
  Math.min(width, height, Math.max(2, Math.ceil(Math.max(width, height) / MAX_SIDE)));

function groups<T>(items: readonly T[], size: number): T[][] {
  const whole = Math.max(1, Math.floor(size));
  return Array.from({ length: Math.ceil(items.length / whole) }, (_, i) =>
    items.slice(i * whole, (i + 1) * whole),
  );
}

interface PassOf {
  crops: CropReader;
  plan: Plan;
  pass: Pass;
  made: MadePictures;
}

async function runPass({ crops, plan, pass, made }: PassOf, context: PictureContext) {
  const { size, lanes } = plan;
  const pixels = size.width * size.height;
  const { destinations, samples, tiles } = destinationsOf(crops.count, plan, pass);
  const shared = {
    samples: sharedBytes(samples.at(-1)! * pixels),
    tiles: sharedBytes(tiles.at(-1)! * pixels * 3),
    looks: sharedBytes(pass.looks ? crops.count * LOOK : 0),
  };
  if (pass.looks) made.looks = shared.looks;
  const sums = Array.from(
    { length: lanes },
    () => new Uint32Array(new SharedArrayBuffer(pass.summed.length * pixels * 3 * 4)),
  );
  const collected = sums.map((own): Collected => ({ sums: own, ...shared }));
  await collect({ crops, plan, destinations, collected, made }, context);

  const [total] = sums as [Uint32Array];
  for (const other of sums.slice(1)) {
    for (let i = 0; i < total.length; i++) total[i] = total[i]! + other[i]!;
  }
  const { run, signal } = context;
  const parallel = { concurrency: lanes };
  const eigenfaces = pMap(
    pass.summed,
    async ({ cluster, rows }, i) => {
      const statistics = {
        sum: total.subarray(i * pixels * 3, (i + 1) * pixels * 3),
        faces: rows.length,
        samples: shared.samples.subarray(samples[i]! * pixels, samples[i + 1]! * pixels),
        size,
        shown: crops.size,
      };
      return { cluster, faces: rows.length, ...(await run('eigenfaces', statistics, { signal })) };
    },
    parallel,
  );
  made.eigenfaces.push(...(await eigenfaces));
  await pMap(
    pass.tiled,
    async ({ cluster }, i) => {
      const own = shared.tiles.subarray(tiles[i]! * pixels * 3, tiles[i + 1]! * pixels * 3);
      made.montages.set(cluster, await run('montage', { tiles: own, size }, { signal }));
    },
    parallel,
  );
}

const sharedBytes = (length: number) => new Uint8Array(new SharedArrayBuffer(length));

/**
 * @returns where each face goes, and where the samples and tiles of each cluster begin among those
 * of all: one number more than clusters.
 */
function destinationsOf(count: number, { maxSample, maxCards }: Plan, pass: Pass) {
  const nowhere = () => new Int32Array(new SharedArrayBuffer(count * 4)).fill(-1);
  const destinations = { sum: nowhere(), sample: nowhere(), tile: nowhere(), card: nowhere() };
  const samples = [0];
  for (const [cluster, { rows }] of pass.summed.entries()) {
    for (const row of rows) destinations.sum[row] = cluster;
    const sampled = sampledRows(rows, maxSample);
    const first = samples.at(-1)!;
    for (const [i, row] of sampled.entries()) destinations.sample[row] = first + i;
    samples.push(first + sampled.length);
  }
  const tiles = [0];
  for (const { rows } of pass.tiled) {
    const shown = rows.subarray(0, MONTAGE_FACES);
    const first = tiles.at(-1)!;
    shown.forEach((row, i) => (destinations.tile[row] = first + i));
    tiles.push(first + shown.length);
  }
  for (const { rows } of pass.cards)
    for (const row of rows.subarray(0, maxCards)) destinations.card[row] = 0;
  return { destinations, samples, tiles };
}

/** At most `most` of a cluster's rows, evenly spread over them. */
export function sampledRows(rows: Int32Array, most: number): number[] {
  const length = Math.min(rows.length, most);
  return Array.from({ length }, (_, i) => rows[Math.floor((i * rows.length) / length)]!);
}

interface Collecting {
  crops: CropReader;
  plan: Plan;
  destinations: Destinations;
  /** One for each task at a time. */
  collected: Collected[];
  made: MadePictures;
}

/** Decodes the strips that hold a face that goes somewhere. */
async function collect(
  { crops, plan, destinations, collected, made }: Collecting,
  { run, signal, onProgress }: PictureContext,
): Promise<void> {
  const { sum, tile, card } = destinations;
  const isWanted = (strip: number) =>
    collected[0]!.looks.length > 0 ||
    crops.rowsOf(strip).some(({ row }) => Math.max(sum[row]!, tile[row]!, card[row]!) >= 0);
  const batches = groups(
    Array.from({ length: crops.strips }, (_, strip) => strip),
    BATCH,
  );
  let read = 0;
  await pMap(
    batches,
    async (batch) => {
      signal?.throwIfAborted();
      const strips = batch.filter(isWanted);
      if (strips.length > 0) {
        const first = strips[0]!;
        const jpegs = await crops.readStrips(first, strips.at(-1)! + 1);
        const lane = collected.pop()!;
        const params = {
          strips: strips.map((strip) => ({
            jpeg: jpegs[strip - first]!,
            faces: crops.rowsOf(strip),
          })),
          size: crops.size,
          reduction: plan.reduction,
          destinations,
          collected: lane,
        };
        const result = await run('collect', params, { signal });
        collected.push(lane);
        if ('damage' in result) throw crops.damaged(strips[result.strip]!, result.damage);
        for (const { row, jpeg } of result.cards) made.cards.set(row, jpeg);
      }
      for (const strip of batch) read += crops.rowsOf(strip).length;
      onProgress?.(read, crops.count);
    },
    { concurrency: plan.lanes },
  );
}
