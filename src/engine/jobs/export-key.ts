/** The key of an export: two with the same key are the same files, but for times. */
import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { logPath } from '../../corrections/correction-log';
import type { Clustering } from '../../domain/clustering';
import { PROGRAM } from '../../domain/program';
import type { RunManifest } from '../../domain/run';
import {
  COMPARISON,
  CROP_INDEX,
  EMBEDDINGS,
  FACES,
  IMAGES,
  PROBABILITIES,
} from '../../runs/file-names';
import type { StoredClustering } from '../../runs/run-files';
import type { StoredRun } from '../../runs/run-store';
import { codeOf } from '../../util/errors';

const CHUNK_BYTES = 1 << 20;

/** What differs from run to run of the same images. */
const VARYING = new Set(['id', 'createdAt', 'timing', 'known', 'made', 'trials']);

/**
 * The crops are not read, which takes longer than all the rest: they follow from the files, whose
 * sizes and times are among the images, and the sizes of their strips are in the index.
 */
const RUN_FILES = [FACES, PROBABILITIES, EMBEDDINGS, IMAGES, CROP_INDEX, COMPARISON];

/** @param others JSON of what else the files depend on. */
export async function exportKey(
  { folder, manifest }: StoredRun,
  { clustering, members }: StoredClustering,
  others: unknown,
): Promise<string> {
  const hash = createHash('sha256');
  hash.update(
    JSON.stringify([PROGRAM.version, ofEachRun(manifest), ofEachRun(clustering), others]),
  );
  hash.update(members);
  for (const name of RUN_FILES) await addFile(hash, join(folder, name));
  await addFile(hash, logPath(folder));
  return hash.digest('hex');
}

const ofEachRun = (record: RunManifest | Clustering) =>
  Object.entries(record).filter(([name]) => !VARYING.has(name));

/** Adds the size and the content of a file, which may be missing. */
async function addFile(hash: Hash, path: string): Promise<void> {
  let size = 0;
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES })) {
      size += (chunk as Buffer).length;
      hash.update(chunk as Buffer);
    }
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
  hash.update(`\n${size}\n`);
}
