/** What is lost of real embeddings where they are reduced. Needs ../shared/data. */
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { nearestRows } from '../../src/clustering/nearest-rows';
import { analysisSettings } from '../../src/domain/settings';
import { openEmbeddingModel } from '../../src/networks/embedding-network';
import { CropReader } from '../../src/runs/crop-reader';
import { EmbeddingTable } from '../../src/summaries/embedding-table';
import { reduceEmbeddings } from '../../src/summaries/reduce-embeddings';
import { bundled, settingsWith, startEngine } from '../support/engine';
import { hasSharedData, ROOT, SHARED_DATA, temporaryFolder } from '../support/images';

if (!hasSharedData)
  console.warn(`skipped: the test of real embeddings needs ${SHARED_DATA}, which is not there`);

const FACES = 600;
const NEAREST = 10;

/** Whole embeddings of faces of LFW, `[FACES, columns]`. */
async function realEmbeddings(): Promise<{ columns: number; values: Float32Array }> {
  const folder = join(ROOT, '.cache', 'shared-faces');
  mkdirSync(folder, { recursive: true });
  const archive = join(SHARED_DATA, 'lfw.tar');
  execFileSync('tar', ['xf', archive, '-C', folder, '--skip-old-files']);
  expect(await readdir(join(folder, 'lfw'))).not.toHaveLength(0);
  const runDir = join(await temporaryFolder(), 'run');
  await startEngine().call('analyze', {
    runDir,
    id: 'test',
    folders: [join(folder, 'lfw')],
    settings: analysisSettings(settingsWith({ sample: FACES })),
    bundled,
    storeDir: null,
  });
  const crops = await CropReader.open(runDir, FACES);
  const model = await openEmbeddingModel(bundled.cpu, { provider: 'cpu' });
  const values = new Float32Array(FACES * model.columns);
  for (let from = 0; from < FACES; from += 20) {
    const pixels = await crops.faces(Array.from({ length: 20 }, (_, i) => from + i));
    values.set(await model.embed(Buffer.concat(pixels), 20), from * model.columns);
  }
  await model.release();
  return { columns: model.columns, values };
}

describe.skipIf(!hasSharedData)('real embeddings', () => {
  it('keep nine of the ten nearest faces when they are reduced, and more in eight bits', async () => {
    const { columns, values } = await realEmbeddings();
    const table = new EmbeddingTable(FACES, columns);
    const inBytes = new Float32Array(values.length);
    const row = new Float64Array(columns);
    for (let face = 0; face < FACES; face++) {
      table.set(face, values.subarray(face * columns, (face + 1) * columns));
      table.read(face, row);
      inBytes.set(row, face * columns);
    }
    const reduced = reduceEmbeddings(table);
    expect(reduced.columns).toBe(64);
    expect(reduced.kept).toBeGreaterThan(0.9);
    const nearest = (all: Float32Array, width: number, face: number) =>
      nearestRows(all, width, face, NEAREST).map((each) => each.row);
    let [ofBytes, ofReduced] = [0, 0];
    for (let face = 0; face < FACES; face++) {
      const whole = new Set(nearest(values, columns, face));
      const shared = (others: number[]) => others.filter((other) => whole.has(other)).length;
      ofBytes += shared(nearest(inBytes, columns, face));
      ofReduced += shared(nearest(reduced.values, reduced.columns, face));
    }
    expect(ofReduced / (FACES * NEAREST)).toBeGreaterThan(0.9);
    expect(ofBytes / (FACES * NEAREST)).toBeGreaterThan(0.98);
  });
});
