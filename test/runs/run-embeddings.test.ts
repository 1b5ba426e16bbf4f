/** The embeddings of a run are read as they were written, or refused by name. */
import { appendFile, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { readEmbeddings, writeEmbeddings } from '../../src/runs/run-embeddings';
import { DamagedRun } from '../../src/runs/run-schemas';
import { temporaryFolder } from '../support/images';

const FACES = 30_000;
const COLUMNS = 5;
const embeddings = {
  network: 'some network',
  faces: FACES,
  columns: COLUMNS,
  layer: 1536,
  kept: 0.93,
  values: Float32Array.from({ length: FACES * COLUMNS }, (_, i) => Math.sin(i)),
};

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await temporaryFolder();
  file = join(folder, 'embeddings.bin');
});

describe('embeddings of a run', () => {
  it('are read as they were written', async () => {
    expect(await readEmbeddings(folder, FACES)).toBeUndefined();
    await writeEmbeddings(folder, { ...embeddings, network: 'another' });
    await writeEmbeddings(folder, embeddings);
    expect(await readEmbeddings(folder, FACES)).toEqual(embeddings);
  });

  it('are refused for another number of faces', async () => {
    await writeEmbeddings(folder, embeddings);
    await expect(readEmbeddings(folder, FACES - 1)).rejects.toThrow(
      `('embeddings.bin' holds 30000 faces: expected 29999): cluster its faces again`,
    );
  });

  const line = (values: Record<string, unknown>) => {
    const { values: _, ...info } = embeddings;
    return `${JSON.stringify({ ...info, ...values })}\n`;
  };
  const damages: Record<string, () => Promise<void>> = {
    'is empty': () => writeFile(file, ''),
    'has no line': () => writeFile(file, 'x'.repeat(5000)),
    'is no JSON': () => writeFile(file, 'x\n'),
    'is cut short': () => truncate(file, 1000),
    'is too long': () => appendFile(file, 'x'),
    'has no faces': () => writeFile(file, line({ faces: 0 })),
    'has very many columns': () => writeFile(file, line({ columns: 2 ** 40 })),
    'has half a column': () => writeFile(file, line({ columns: 2.5 })),
    'has a share above 1': () => writeFile(file, line({ kept: 2 })),
    'holds NaN': async () => {
      const bytes = await readFile(file);
      bytes.fill(255, bytes.length - 4);
      await writeFile(file, bytes);
    },
  };
  it.each(Object.entries(damages))('are refused if their file %s', async (_, damage) => {
    await writeEmbeddings(folder, embeddings);
    await damage();
    const reading = readEmbeddings(folder, FACES);
    await expect(reading).rejects.toThrow(DamagedRun);
    await expect(reading).rejects.toThrow(/'embeddings\.bin' .*: cluster its faces again$/);
  });
});
