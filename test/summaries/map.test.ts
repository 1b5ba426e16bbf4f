/** Places of faces in a plane by UMAP, against its definition and brute force. */
import { describe, expect, it } from 'vitest';
import { inCanonicalOrder } from '../../src/clustering/canonical-order';
import { distinctVectors, type Matrix } from '../../src/clustering/distinct';
import { arrangeFaces } from '../../src/engine/clustering/arrange-faces';
import { cellsOf } from '../../src/summaries/map/cells';
import { graphOf, membershipsOf } from '../../src/summaries/map/graph';
import { nearestOf } from '../../src/summaries/map/neighbors';
import { type RunMapTask, runHere } from '../../src/summaries/map/tasks';
import { fitUnitSquare } from '../../src/summaries/map/unit-square';
import { random } from '../support/vectors';

const COLUMNS = 6;

/** Vectors around three distant centers, in turn. */
function groups(rows: number, seed = 4): Matrix {
  const next = random(seed);
  const data = new Float64Array(rows * COLUMNS);
  for (let row = 0; row < rows; row++)
    for (let c = 0; c < COLUMNS; c++)
      data[row * COLUMNS + c] = (c % 3 === row % 3 ? 4 : 0) + next() + next() + next();
  return { rows, columns: COLUMNS, data };
}

/** The rows in reverse order. */
function reversed({ rows, columns, data }: Matrix): Matrix {
  const result = new Float64Array(data.length);
  for (let row = 0; row < rows; row++)
    result.set(data.subarray(row * columns, (row + 1) * columns), (rows - 1 - row) * columns);
  return { rows, columns, data: result };
}

const context = { run: runHere, threads: 1 };

/** Share of the faces whose nearest other face on the map is of their own group. */
function purity(places: Float32Array): number {
  const faces = places.length / 2;
  let own = 0;
  for (let face = 0; face < faces; face++) {
    let [best, least] = [-1, Infinity];
    for (let other = 0; other < faces; other++) {
      const distance = Math.hypot(
        places[2 * face]! - places[2 * other]!,
        places[2 * face + 1]! - places[2 * other + 1]!,
      );
      if (other !== face && distance < least) [best, least] = [other, distance];
    }
    if (best % 3 === face % 3) own += 1;
  }
  return own / faces;
}

/** Smallest distance of the middles of two groups, and the largest of a face to that of its own. */
function separation(places: Float32Array): { between: number; within: number } {
  const faces = places.length / 2;
  const middles = [0, 1, 2].map((group) => {
    const own = Array.from({ length: faces }, (_, i) => i).filter((i) => i % 3 === group);
    const mean = (axis: number) =>
      own.reduce((sum, face) => sum + places[2 * face + axis]!, 0) / own.length;
    return [mean(0), mean(1)] as const;
  });
  const to = (face: number, group: number) =>
    Math.hypot(places[2 * face]! - middles[group]![0], places[2 * face + 1]! - middles[group]![1]);
  const apart = [0, 1, 2].map((group) => {
    const [a, b] = [middles[group]!, middles[(group + 1) % 3]!];
    return Math.hypot(a[0] - b[0], a[1] - b[1]);
  });
  const own = Array.from({ length: faces }, (_, face) => to(face, face % 3)).sort((a, b) => a - b);
  return { between: Math.min(...apart), within: own[Math.floor(0.95 * faces)]! };
}

describe('arrangeFaces', () => {
  it('keeps groups together and apart, also those of faces that are placed afterwards', async () => {
    for (const most of [900, 200]) {
      const map = await arrangeFaces(groups(900), 51, context, most);
      expect(map).toMatchObject({ arrangement: 'neighbors', distinct: 900 });
      expect(map.sample).toBe(most);
      expect(map.places.every((value) => value >= 0 && value <= 1)).toBe(true);
      expect(purity(map.places)).toBeGreaterThan(0.99);
      const { between, within } = separation(map.places);
      expect(between).toBeGreaterThan(2 * within);
    }
  });

  it('is the same again, for any order of the faces, and for any number of threads', async () => {
    const matrix = groups(300);
    const map = await arrangeFaces(matrix, 51, context, 100);
    expect(await arrangeFaces(matrix, 51, context, 100)).toEqual(map);
    expect(await arrangeFaces(matrix, 51, { ...context, threads: 3 }, 100)).toEqual(map);
    const other = await arrangeFaces(reversed(matrix), 51, context, 100);
    for (let face = 0; face < 300; face++)
      expect([...other.places.subarray(2 * (299 - face), 2 * (299 - face) + 2)]).toEqual([
        ...map.places.subarray(2 * face, 2 * face + 2),
      ]);
    const otherSeed = await arrangeFaces(matrix, 52, context, 100);
    expect(otherSeed.places).not.toEqual(map.places);
  });

  it('puts equal faces into one place, and leaves few different ones by the axes', async () => {
    const { data, columns } = groups(60);
    const twice = new Float64Array([...data, ...data]);
    const map = await arrangeFaces({ rows: 120, columns, data: twice }, 51, context);
    expect(map.distinct).toBe(60);
    expect(map.places.subarray(120)).toEqual(map.places.subarray(0, 120));
    for (const rows of [1, 2, 29]) {
      const few = await arrangeFaces(groups(rows), 51, context);
      expect(few).toMatchObject({ arrangement: 'axes', distinct: rows });
      expect(few.places.every((value) => value >= 0 && value <= 1)).toBe(true);
    }
  });

  it('ends when it is cancelled', async () => {
    const controller = new AbortController();
    const run: RunMapTask = (name, params, options) => {
      options.signal?.throwIfAborted();
      controller.abort(new Error('cancelled'));
      return runHere(name, params, options);
    };
    const { signal } = controller;
    await expect(arrangeFaces(groups(60), 51, { run, threads: 1, signal })).rejects.toThrow(
      'cancelled',
    );
  });
});

describe('the search for neighbors', () => {
  const vectors = inCanonicalOrder(distinctVectors(groups(600)));
  const rows = Int32Array.from({ length: 600 }, (_, i) => i);
  const index = cellsOf(vectors, rows);
  const exact = (row: number, each: number) =>
    Array.from({ length: 600 }, (_, other) => {
      let sum = 0;
      for (let c = 0; c < COLUMNS; c++)
        sum += (vectors.data[row * COLUMNS + c]! - vectors.data[other * COLUMNS + c]!) ** 2;
      return { other, distance: Math.sqrt(sum) };
    })
      .filter(({ other }) => other !== row)
      .sort((a, b) => a.distance - b.distance)
      .slice(0, each);

  it('finds all in all cells, and nearly all in a few', () => {
    for (const [cells, least] of [
      [1000, 1],
      [8, 0.97],
    ] as const) {
      const { places, distances } = nearestOf(index, index.data, { each: 10, cells, first: 0 });
      let found = 0;
      for (let place = 0; place < 600; place++) {
        const wanted = exact(index.origins[place]!, 10);
        const own = places.subarray(10 * place, 10 * place + 10);
        const names = new Set(Array.from(own, (each) => index.origins[each]!));
        found += wanted.filter(({ other }) => names.has(other)).length;
        expect(distances[10 * place]).toBeCloseTo(
          cells === 1000 ? wanted[0]!.distance : distances[10 * place]!,
          5,
        );
        const steps = distances.subarray(10 * place, 10 * place + 10);
        expect(steps.every((value, i) => i === 0 || value >= steps[i - 1]!)).toBe(true);
      }
      expect(found / 6000).toBeGreaterThanOrEqual(least);
    }
  });

  it('searches more cells where the first hold too few', () => {
    const { places } = nearestOf(index, index.data.slice(0, COLUMNS), {
      each: 599,
      cells: 1,
      first: 0,
    });
    expect(new Set(places).size).toBe(599);
    expect(places.includes(0)).toBe(false);
  });
});

describe('the graph of neighbors', () => {
  const neighbors = {
    each: 2,
    // 0 and 1 are each other's; 2 has both, and neither has it.
    places: Int32Array.of(1, 2, 0, 2, 0, 1),
    distances: Float32Array.of(1, 2, 1, 3, 2, 3),
  };

  it('gives the nearest neighbor the share 1, and all together log₂ of their number', () => {
    const vectors = inCanonicalOrder(distinctVectors(groups(200)));
    const index = cellsOf(
      vectors,
      Int32Array.from({ length: 200 }, (_, i) => i),
    );
    const found = nearestOf(index, index.data, { each: 15, cells: 8, first: 0 });
    const shares = membershipsOf(found);
    for (let start = 0; start < shares.length; start += 15) {
      expect(shares[start]).toBe(1);
      const sum = shares.subarray(start, start + 15).reduce((all, each) => all + each, 0);
      expect(sum).toBeCloseTo(Math.log2(15), 3);
    }
  });

  it('has each edge once, with the probability that one of its ends has it', () => {
    const shares = membershipsOf(neighbors);
    const { a, b, weights, points } = graphOf(neighbors);
    expect(points).toBe(3);
    const edges = Array.from(a, (from, i) => [from, b[i], weights[i]]);
    const union = (x: number, y: number) => expect.closeTo(x + y - x * y, 5) as number;
    expect(edges).toEqual([
      [0, 1, union(shares[0]!, shares[2]!)],
      [0, 2, union(shares[1]!, shares[4]!)],
      [1, 2, union(shares[3]!, shares[5]!)],
    ]);
  });
});

describe('fitUnitSquare', () => {
  it('keeps the aspect, and puts what is in one place into the middle', () => {
    expect([...fitUnitSquare(Float64Array.of(-2, 1, 2, 2))]).toEqual([0, 0.375, 1, 0.625]);
    expect([...fitUnitSquare(Float64Array.of(3, 3, 3, 3))]).toEqual([0.5, 0.5, 0.5, 0.5]);
    expect([...fitUnitSquare(new Float64Array())]).toEqual([]);
  });
});
