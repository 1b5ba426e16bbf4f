import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { root } from '../process.mjs';
import { median, print } from './figures.mjs';
import { aligned } from './images.mjs';

/**
 * The whole command on aligned crops, to all files written: the first time, and again when no image
 * has changed. Of the second, how long each stage takes.
 * @param images number of images.
 */
export async function againBench(rounds, images) {
  const { folder, what } = await aligned();
  const seen = [];
  for (let round = 0; round < rounds; round++) {
    const temporary = await mkdtemp(join(tmpdir(), 'face-clusters-bench-'));
    try {
      const first = await command(folder, images, temporary);
      seen.push({ first, again: await command(folder, images, temporary) });
    } finally {
      await rm(temporary, { recursive: true });
    }
  }
  const of = (valueOf) => median(seen.map(valueOf));
  const again = (stage) => of((each) => each.again.stages[stage] ?? 0);
  print([
    [
      `${images} images (${what}), the whole command, s`,
      of(({ first }) => first.seconds).toFixed(2),
    ],
    ['again, s', of((each) => each.again.seconds).toFixed(2)],
    ['again ÷ the first time', of((each) => each.again.seconds / each.first.seconds).toFixed(3)],
    ['of it: pictures, tables meanwhile, s', again('summarise').toFixed(2)],
    ['writing the rest, s', again('export').toFixed(2)],
    ['clustering, s', again('cluster').toFixed(2)],
    ['before: start, and looking for changes, s', again('start').toFixed(2)],
  ]);
  return seen;
}

/** @returns seconds of the whole command, and from the beginning of each stage to the next. */
function command(folder, images, temporary) {
  const started = performance.now();
  const child = spawn(
    process.execPath,
    [
      ...[join(root, 'dist', 'cli.js'), 'cluster', folder, '--detect', 'never'],
      ...['--limit', String(images), '--out', join(temporary, 'out'), '--progress', 'json'],
    ],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, FACE_CLUSTERS_CACHE: join(temporary, 'cache') },
    },
  );
  const begun = [['start', started]];
  createInterface(child.stderr).on('line', (line) => {
    if (!line.startsWith('{')) return;
    const { stage } = JSON.parse(line);
    if (!begun.some(([name]) => name === stage)) begun.push([stage, performance.now()]);
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      if (code !== 0) return reject(new Error(`face-clusters ended with status ${code}`));
      const ended = performance.now();
      const ofStages = begun
        .filter(([name]) => !['scan', 'infer'].includes(name))
        .map(([name, at], i, all) => [name, ((all[i + 1]?.[1] ?? ended) - at) / 1000]);
      resolve({ seconds: (ended - started) / 1000, stages: Object.fromEntries(ofStages) });
    });
  });
}
