/**
 * Clusterings that are kept beside a run, by its faces: so they can be compared with those of a
 * later analysis of the folder.
 */
import { clusterCount } from '../domain/clustering';
import { randomBytes } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import * as z from 'zod';
import { faceKeySchema } from '../domain/corrections';
import { type KeptClustering, keptIdSchema } from '../domain/kept-clusterings';
import { clusteringSettingsSchema } from '../domain/settings';
import { t } from '../text/translate';
import { codeOf } from '../util/errors';
import { base64, bytesOf, replaceFile } from './run-files';
import { DamagedRun, parseJson } from './run-schemas';

const VERSION = 1;
/** Most clusterings that are kept with a run. */
export const MOST_KEPT = 100;

const keptSchema = z.object({
  version: z.literal(VERSION),
  name: z.string(),
  at: z.iso.datetime(),
  settings: clusteringSettingsSchema,
  clusters: z.array(z.object({ id: z.int(), title: z.string(), size: z.int().min(0) })),
  faces: z.array(faceKeySchema),
  labels: z.string(),
});

/** A clustering with the cluster of each face, `labels`, by its place in `faces`. */
export interface StoredKept extends Omit<z.infer<typeof keptSchema>, 'version' | 'labels'> {
  id: string;
  labels: Int32Array;
}

const pathOf = (runDir: string, id: string) => `${runDir}.kept-${keptIdSchema.parse(id)}.json`;

/** @returns the id. */
export async function writeKept(
  runDir: string,
  { id, labels, ...kept }: Omit<StoredKept, 'id'> & { id?: string },
): Promise<string> {
  const own = id ?? randomBytes(8).toString('hex');
  const file = { version: VERSION, ...kept, labels: base64(labels) } satisfies z.infer<
    typeof keptSchema
  >;
  await replaceFile(pathOf(runDir, own), JSON.stringify(file));
  return own;
}

/** @throws DamagedRun; undefined where there is none of this id. */
export async function readKept(runDir: string, id: string): Promise<StoredKept | undefined> {
  const path = pathOf(runDir, id);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
  const { data } = keptSchema.safeParse(parseJson(dirname(path), basename(path), text));
  const labels = new Int32Array(bytesOf(data?.labels ?? ''));
  if (labels.length !== data?.faces.length)
    throw new DamagedRun(dirname(path), basename(path), t('is not a kept clustering'));
  return { id, ...data, labels };
}

/** The ids of all that is kept with a run. */
export async function keptIds(runDir: string): Promise<string[]> {
  const prefix = `${basename(runDir)}.kept-`;
  const names = await readdir(dirname(runDir)).catch((error: unknown): string[] => {
    if (codeOf(error) === 'ENOENT') return []; // nothing was ever written
    throw error;
  });
  return names
    .filter((name) => name.startsWith(prefix) && name.endsWith('.json'))
    .map((name) => name.slice(prefix.length, -'.json'.length))
    .filter((id) => keptIdSchema.safeParse(id).success);
}

export const removeKept = (runDir: string, id: string): Promise<void> =>
  rm(pathOf(runDir, id), { force: true });

/** Removes all that is kept with a run. */
export async function removeAllKept(runDir: string): Promise<void> {
  for (const id of await keptIds(runDir)) await removeKept(runDir, id);
}

/** What lists show of it. */
export const summaryOf = ({ id, name, at, settings, clusters, faces }: StoredKept) =>
  ({
    id,
    name,
    at,
    method: settings.method,
    faces: faces.length,
    clusters: clusterCount(clusters),
  }) satisfies KeptClustering;
