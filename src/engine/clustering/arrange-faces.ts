/** Places all faces in a plane, so that those alike lie together (UMAP). */
import type { Matrix } from '../../clustering/distinct';
import type { FaceMap } from '../../domain/face-map';
import type { Cells } from '../../summaries/map/cells';
import type { Neighbors } from '../../summaries/map/neighbors';
import type { Axes, Prepared, RunMapTask } from '../../summaries/map/tasks';
import { fitUnitSquare } from '../../summaries/map/unit-square';

export interface ArrangeContext {
  signal?: AbortSignal | undefined;
  /** Runs the tasks, in this thread or in others. */
  run: RunMapTask;
  /** Tasks that run at a time. */
  threads: number;
}

type Places = Omit<FaceMap, 'clusters'>;

/** Distinct vectors that are arranged; the others are placed among these. */
const MOST_ARRANGED = 20_000;
/** Of fewer distinct vectors, the axes show as much. */
const LEAST_ARRANGED = 30;
/** Neighbors of each vector, and the cells of the index in which they are searched. */
const ARRANGED = { each: 15, cells: 8 } as const;
const OTHERS = { each: 5, cells: 4 } as const;

/**
 * @param matrix a vector for each face.
 * @returns the same places for any order of the faces, and for any number of threads.
 */
export async function arrangeFaces(
  matrix: Matrix,
  seed: number,
  context: ArrangeContext,
  most = MOST_ARRANGED,
): Promise<Places> {
  const { run, signal } = context;
  const prepared = await run('prepare', { matrix, most }, { signal });
  const { index, distinct, inverse, places: axes } = prepared;
  if (distinct < LEAST_ARRANGED) return placesByAxes(prepared);
  const neighbors = await neighborsOf(index, context);
  const first = Float64Array.from(
    { length: 2 * index.origins.length },
    (_, i) => axes[2 * index.origins[i >> 1]! + (i & 1)]!,
  );
  const arranged = await run('arrange', { neighbors, first, seed }, { signal });
  const places = new Float64Array(2 * distinct);
  setPlaces(places, index.origins, arranged);
  await placeOthers(places, prepared, arranged, seed, context);
  return {
    arrangement: 'neighbors',
    places: placesOfFaces(fitUnitSquare(places), inverse),
    distinct,
    sample: index.origins.length,
  };
}

export function placesByAxes({ places, inverse, distinct, sample }: Axes): Places {
  return { arrangement: 'axes', places: placesOfFaces(places, inverse), distinct, sample };
}

/** Neighbors of all vectors of an index, which the threads share. */
async function neighborsOf(
  index: Cells,
  { run, signal, threads }: ArrangeContext,
): Promise<Neighbors> {
  const count = index.origins.length;
  const { each, cells } = ARRANGED;
  const parts = await Promise.all(
    partsOf(count, threads).map(([start, end]) =>
      run('neighbors', { index, start, end, each, cells }, { signal }),
    ),
  );
  const places = new Int32Array(count * each);
  const distances = new Float32Array(count * each);
  let filled = 0;
  for (const part of parts) {
    places.set(part.places, filled);
    distances.set(part.distances, filled);
    filled += part.places.length;
  }
  return { each, places, distances };
}

/** Places the vectors that are not in the index, which the threads share. */
async function placeOthers(
  places: Float64Array,
  { index, data, distinct }: Prepared,
  arranged: Float64Array,
  seed: number,
  { run, signal, threads }: ArrangeContext,
): Promise<void> {
  const isArranged = new Uint8Array(distinct);
  for (const row of index.origins) isArranged[row] = 1;
  const others = Int32Array.from({ length: distinct }, (_, row) => row).filter(
    (row) => isArranged[row] === 0,
  );
  await Promise.all(
    partsOf(others.length, threads).map(async ([start, end]) => {
      const rows = others.slice(start, end);
      const params = { data, rows, index, places: arranged, ...OTHERS, seed };
      setPlaces(places, rows, await run('placeOthers', params, { signal }));
    }),
  );
}

function setPlaces(places: Float64Array, rows: Int32Array, values: Float64Array): void {
  for (let i = 0; i < rows.length; i++) {
    places[2 * rows[i]!] = values[2 * i]!;
    places[2 * rows[i]! + 1] = values[2 * i + 1]!;
  }
}

/** Divides `count` into ranges [start, end), a few for each thread. */
function partsOf(count: number, threads: number): [start: number, end: number][] {
  const parts = Math.min(count, threads === 1 ? 1 : 2 * threads);
  return Array.from({ length: parts }, (_, i) => [
    Math.floor((i * count) / parts),
    Math.floor(((i + 1) * count) / parts),
  ]);
}

/** @param places of the distinct vectors. @param inverse distinct vector of each face. */
function placesOfFaces(places: Float64Array, inverse: Int32Array): Float32Array {
  const result = new Float32Array(2 * inverse.length);
  for (let face = 0; face < inverse.length; face++) {
    result[2 * face] = places[2 * inverse[face]!]!;
    result[2 * face + 1] = places[2 * inverse[face]! + 1]!;
  }
  return result;
}
