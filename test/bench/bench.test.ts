/** The benchmarks run to their end; their figures are not judged here. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'face-clusters-bench-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

/** @returns the names of the figures. */
async function bench(part: string, ...options: string[]): Promise<string[]> {
  const out = join(folder, `${part}.json`);
  const script = join('scripts', 'bench.mjs');
  await promisify(execFile)(process.execPath, [
    ...[script, '--only', part, '--rounds', '1', '--out', out],
    ...options,
  ]);
  const results = JSON.parse(await readFile(out, 'utf8')) as Record<string, { result: object }>;
  return Object.keys(results[part]!.result);
}

/** For each: three processes, each of which opens networks in several threads. */
const TIMEOUT = { timeout: 300_000 };

test('of aligned crops', TIMEOUT, async () => {
  expect(await bench('crops', '--images', '16')).toContain('decodeRatio');
});

test('of photos', TIMEOUT, async () => {
  expect((await bench('photos', '--photos', '4', '--photos-long', '6')).length).toBeGreaterThan(0);
});
