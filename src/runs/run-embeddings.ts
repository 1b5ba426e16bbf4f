/**
 * The embeddings of a run, in a file of their own: runs have them only if faces were to be compared
 * by them. A line of JSON, followed by the numbers.
 */
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { t } from '../text/translate';
import { codeOf } from '../util/errors';
import { EMBEDDINGS } from './file-names';
import { replaceFile } from './run-files';
import { checked, DamagedRun, parseJson } from './run-schemas';

/** What is known of embeddings without the numbers. */
interface EmbeddingInfo {
  /** Key of the network that gave them. */
  network: string;
  faces: number;
  /** Numbers a face. */
  columns: number;
  /** Numbers of the network's hidden layer, which these were reduced from. */
  layer: number;
  /** Share of the variance that was left by the reduction, in [0, 1]. */
  kept: number;
}

export interface RunEmbeddings extends EmbeddingInfo {
  /** `[faces, columns]`. */
  values: Float32Array;
}

/** Numbers a face, at most. */
const MAX_COLUMNS = 1024;
/** Bytes of the first line, at most. */
const MAX_LINE = 1000;
/** Numbers that are written at once. */
const PART = 1 << 16;

const count = z.int().min(1);
const infoSchema: z.ZodType<EmbeddingInfo> = z.object({
  network: z.string(),
  faces: count,
  columns: count.max(MAX_COLUMNS),
  layer: count,
  kept: z.number().min(0).max(1),
});

/** Replaces the embeddings of a run. */
export async function writeEmbeddings(
  folder: string,
  { values, ...info }: RunEmbeddings,
): Promise<void> {
  await replaceFile(join(folder, EMBEDDINGS), parts(info, values));
}

function* parts(info: EmbeddingInfo, values: Float32Array): Generator<string | Uint8Array> {
  yield `${JSON.stringify(info)}\n`;
  for (let from = 0; from < values.length; from += PART) {
    const { buffer, byteOffset, byteLength } = values.subarray(from, from + PART);
    yield new Uint8Array(buffer, byteOffset, byteLength);
  }
}

/**
 * @param faces of the run.
 * @returns undefined where the run has none.
 * @throws DamagedRun.
 */
export async function readEmbeddings(
  folder: string,
  faces: number,
): Promise<RunEmbeddings | undefined> {
  const file = await open(join(folder, EMBEDDINGS)).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  });
  if (file === undefined) return undefined;
  const damaged = (damage: string) => new DamagedRun(folder, EMBEDDINGS, damage);
  try {
    const head = Buffer.alloc(MAX_LINE);
    const { bytesRead } = await file.read(head, 0, MAX_LINE, 0);
    const end = head.subarray(0, bytesRead).indexOf('\n');
    if (end < 0) throw damaged(t('has no first line'));
    const line = parseJson(folder, EMBEDDINGS, head.toString('utf8', 0, end));
    const info = checked(folder, EMBEDDINGS, line, infoSchema);
    if (info.faces !== faces) throw damaged(t('holds {0} faces: expected {1}', info.faces, faces));
    const { size } = await file.stat();
    const expected = end + 1 + 4 * faces * info.columns;
    if (size !== expected) throw damaged(t('holds {0} bytes: expected {1}', size, expected));
    const values = new Float32Array(faces * info.columns);
    const target = Buffer.from(values.buffer);
    for (let done = 0; done < target.length;) {
      const read = await file.read(target, done, target.length - done, end + 1 + done);
      if (read.bytesRead === 0) throw damaged(t('is cut short'));
      done += read.bytesRead;
    }
    if (!values.every(Number.isFinite)) throw damaged(t('holds a value that is not a number'));
    return { ...info, values };
  } finally {
    await file.close();
  }
}
