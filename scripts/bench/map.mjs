import { join } from 'node:path';
import { root } from '../process.mjs';
import { medians, print } from './figures.mjs';
import { stage } from './stage.mjs';

/** Measures how long the faces of a map take to be placed, and to be drawn. */
export async function mapBench(rounds) {
  const seen = {};
  for (let round = 0; round < rounds; round++) {
    const results = await stage('map', join(root, 'dist', 'map-worker.js'));
    for (const [name, value] of Object.entries(results)) (seen[name] ??= []).push(value);
  }
  const result = medians(seen);
  const sizes = [10_000, 50_000, 200_000];
  const rows = (name, text, digits) =>
    sizes.map((faces) => [
      `${faces.toLocaleString('en')} faces ${text}`,
      result[`${name} ${faces}`].toFixed(digits),
    ]);
  print([
    ...rows('axes', 'by principal components, s', 2),
    ...rows('neighbors', 'among their neighbors, s', 1),
    ...rows('drawing', 'drawn on 1280 × 720 pixels, ms a frame', 1),
  ]);
  return { seen, result };
}
