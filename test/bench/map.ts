/**
 * The map of faces: `node map.js WORKER`. Prints as JSON the seconds until the faces of made-up
 * probabilities lie by axes and by neighbors, and the milliseconds in which they are drawn.
 */
import { arrangeFaces } from '../../src/engine/clustering/arrange-faces';
import { TaskPool } from '../../src/engine/threads/task-pool';
import type { MapTasks } from '../../src/summaries/map/tasks';
import { discOf, drawPoints } from '../../webview/components/map/raster';
import { random } from '../support/vectors';

const COLUMNS = 40;
const GROUPS = 12;
/** Of the drawing, in pixels. */
const SIZE = { width: 1280, height: 720 };
const FRAMES = 60;

/** Probabilities of faces in groups that overlap somewhat. */
function madeUp(rows: number): Float64Array {
  const next = random(1);
  const normal = () => next() + next() + next() + next() - 2;
  const centers = Array.from({ length: GROUPS * COLUMNS }, () => 6 * normal());
  const data = new Float64Array(rows * COLUMNS);
  for (let row = 0; row < rows; row++) {
    const group = Math.floor(next() * GROUPS);
    for (let c = 0; c < COLUMNS; c++)
      data[row * COLUMNS + c] = 1 / (1 + Math.exp(-centers[group * COLUMNS + c]! - 3 * normal()));
  }
  return data;
}

/** Median time of a frame while the map moves, in milliseconds. */
function drawing(places: Float32Array): number {
  const { width, height } = SIZE;
  const raster = { pixels: new Uint32Array(width * height), width, height };
  const points = { places, shades: new Uint32Array(places.length / 2).map((_, i) => i % GROUPS) };
  const palette = new Uint32Array(GROUPS).map((_, i) => 0xff000000 + i * 0x151515);
  const disc = discOf(1.2, 0.85);
  const times = Array.from({ length: FRAMES }, (_, frame) => {
    const start = performance.now();
    raster.pixels.fill(0xffffffff);
    const pass = { palette, marks: undefined, mark: 0, step: 1, disc } as const;
    drawPoints(raster, { scale: height, x: 200 + frame, y: 0 }, points, pass);
    return performance.now() - start;
  });
  return times.sort((a, b) => a - b)[FRAMES >> 1]!;
}

async function main(script: string) {
  const pool = new TaskPool<MapTasks>(script);
  const results: Record<string, number> = {};
  for (const rows of [10_000, 50_000, 200_000]) {
    const matrix = { rows, columns: COLUMNS, data: madeUp(rows) };
    let start = performance.now();
    await pool.run('axes', matrix, {});
    results[`axes ${rows}`] = (performance.now() - start) / 1000;
    start = performance.now();
    const map = await arrangeFaces(matrix, 51, { run: pool.run, threads: pool.size });
    results[`neighbors ${rows}`] = (performance.now() - start) / 1000;
    results[`drawing ${rows}`] = drawing(map.places);
  }
  console.log(JSON.stringify(results));
}

void main(process.argv[2]!);
