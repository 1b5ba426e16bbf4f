/** The faces of a run that are most alike to one of them. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { toUnitRows } from '../../clustering/embedding-vectors';
import { nearestRows } from '../../clustering/nearest-rows';
import type { EngineCalls } from '../../protocol/engine';
import { EMBEDDINGS } from '../../runs/file-names';
import { readEmbeddings } from '../../runs/run-embeddings';
import { unlessDamaged } from '../../runs/run-schemas';
import type { StoredRun } from '../../runs/run-store';
import { codeOf } from '../../util/errors';
import { openRun } from '../open-runs';
import { faceCard } from './face-cards';

type Params = EngineCalls['alike']['params'];
type Result = EngineCalls['alike']['result'];

/** Faces that are given, at most. */
const MAX_COUNT = 1000;

/** Brute force: exact, and a face of 100,000 takes some hundredths of a second. */
export async function alike({ runDir, row, count }: Params): Promise<Result> {
  const run = await openRun(runDir);
  const { manifest, probabilities, crops } = run;
  if (!Number.isInteger(row) || row < 0 || row >= manifest.faces)
    throw new RangeError(`expected a face below ${manifest.faces}, got ${row}`);
  if (!Number.isInteger(count) || count < 1 || count > MAX_COUNT)
    throw new RangeError(`expected 1 to ${MAX_COUNT} faces, got ${count}`);
  const embeddings = await unitEmbeddings(run);
  const near =
    embeddings === undefined
      ? nearestRows(probabilities, manifest.modelAttributes.length, row, count)
      : nearestRows(embeddings.values, embeddings.columns, row, count);
  const jpegs = await crops.jpegs(near.map((each) => each.row));
  return {
    by: embeddings === undefined ? 'probability' : 'embedding',
    faces: near.map((each, i) => ({
      ...faceCard(run, each.row, jpegs[i]!),
      distance: each.distance,
    })),
  };
}

interface UnitEmbeddings {
  columns: number;
  /** `[faces, columns]`, each of length 1. */
  values: Float32Array;
}

/** Those that were used last, so that consecutive calls read them once. */
let latest: { key: string; embeddings: UnitEmbeddings } | undefined;

/** The embeddings of a run; undefined where it has none that can be used. */
async function unitEmbeddings({
  folder,
  identity,
  manifest,
}: StoredRun): Promise<UnitEmbeddings | undefined> {
  const key = await keyOf(folder, identity);
  if (key === undefined) return undefined;
  if (latest?.key === key) return latest.embeddings;
  const read = await readEmbeddings(folder, manifest.faces).catch(unlessDamaged);
  if (read === undefined) return undefined;
  const { columns, values } = read;
  toUnitRows(values, columns);
  latest = { key, embeddings: { columns, values } };
  return latest.embeddings;
}

/** Changes whenever the embeddings do; undefined where there are none. */
async function keyOf(folder: string, identity: string): Promise<string | undefined> {
  try {
    const { size, mtimeNs } = await stat(join(folder, EMBEDDINGS), { bigint: true });
    return `${folder}\n${identity}\n${size} ${mtimeNs}`;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
