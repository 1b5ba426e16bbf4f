/**
 * Makes a run of a file that may come from anywhere. Nothing is believed: entries have expected
 * names and sizes, every part is read as strictly as a run's, and no path in it makes this program
 * read or write anything before the user asks for a photo.
 */
import { mkdir, rename, rm } from 'node:fs/promises';
import { basename, isAbsolute, join } from 'node:path';
import { unpackZip } from '../../archives/unpack-zip';
import { logPath, readLog } from '../../corrections/correction-log';
import { clusterCount, type Clustering } from '../../domain/clustering';
import type { BundledModels } from '../../domain/networks';
import type { RunManifest } from '../../domain/run';
import type { EngineCalls } from '../../protocol/engine';
import { BASE_CLUSTERING, CLUSTERING, CROP_INDEX, FACES, MANIFEST } from '../../runs/file-names';
import { CORRECTIONS, PACKED_FILES } from '../../runs/packed-files';
import {
  readBaseClustering,
  readClustering,
  readManifest,
  RUN_VERSION,
  writeManifest,
} from '../../runs/run-files';
import { readImageRows } from '../../runs/run-images';
import { DamagedRun, readJson } from '../../runs/run-schemas';
import { readRun } from '../../runs/run-store';
import { forName } from '../../text/neutralize';
import { t } from '../../text/translate';
import { codeOf, messageOf, UserError } from '../../util/errors';
import { fsReason, isSystemError } from '../../util/fs-errors';
import { makePrivateFolder } from '../../util/private-files';
import { fileSha256 } from '../pipeline/pipeline-keys';
import type { JobContext } from './job-context';

const LIMITS = new Map(PACKED_FILES.map(({ name, limit }) => [name, limit]));

/** @throws UserError saying why the file cannot be opened; CancelledError. Nothing stays then. */
export async function unpackRun(
  { runDir, file, bundled }: EngineCalls['unpack']['params'],
  { signal }: JobContext,
): Promise<RunManifest> {
  await makePrivateFolder(join(runDir, '..'));
  await mkdir(runDir, { mode: 0o700 });
  try {
    await unpackZip(file, runDir, { limits: LIMITS, signal });
    await moveLog(runDir);
    const manifest = await sanitized(runDir, file, bundled);
    await writeManifest(runDir, manifest);
    await checkParts(runDir);
    return manifest;
  } catch (error) {
    await rm(runDir, { recursive: true, force: true });
    await rm(logPath(runDir), { force: true });
    if (!(error instanceof UserError) && !isSystemError(error)) throw error;
    throw new UserError(
      t("'{0}' cannot be opened: {1}", forName(basename(file)), reasonOf(error)),
      {
        cause: error,
      },
    );
  }
}

function reasonOf(error: Error): string {
  if (error instanceof DamagedRun) return t("its '{0}' {1}", error.file, error.damage);
  return isSystemError(error) ? fsReason(error) : messageOf(error);
}

async function moveLog(runDir: string): Promise<void> {
  try {
    await rename(join(runDir, CORRECTIONS), logPath(runDir));
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
}

/** The manifest, without what another machine, or a hostile file, may make this one do. */
async function sanitized(
  runDir: string,
  file: string,
  bundled: BundledModels,
): Promise<RunManifest> {
  const manifest = await readManifest(runDir);
  if (manifest === undefined) throw new UserError(await whyNoManifest(runDir));
  const damage = damageOf(manifest);
  if (damage !== undefined) throw new DamagedRun(runDir, MANIFEST, damage);
  const { made: _made, embeddings, ...rest } = manifest;
  return {
    ...rest,
    file,
    folders: manifest.folders.map((folder, i) => (isLocal(folder) ? folder : nowhere(runDir, i))),
    model: await knownNetwork(manifest, bundled),
    ...(embeddings === undefined
      ? {}
      : { embeddings: { ...embeddings, model: basename(embeddings.model) } }),
  };
}

/** Largest side of a crop, in pixels: decoding more of them at once would take all memory. */
const MAX_SIDE = 1024;

/** What would make clustering or decoding fail, or never end; undefined where nothing would. */
function damageOf({ modelAttributes, thresholds, groups, crop }: RunManifest): string | undefined {
  const { length } = modelAttributes;
  if (new Set(modelAttributes).size < length) return t('names an attribute twice');
  if (thresholds !== undefined && thresholds.length !== length)
    return t('has {0} thresholds: expected {1}', thresholds.length, length);
  const outside = (groups ?? []).flat().find((column) => column >= length);
  if (outside !== undefined) return t('groups column {0}: expected {1} columns', outside, length);
  return Math.max(crop.width, crop.height) > MAX_SIDE ? t('has too large crops') : undefined;
}

async function whyNoManifest(runDir: string): Promise<string> {
  const value = await readJson(runDir, MANIFEST);
  if (value === undefined)
    return t("it holds no '{0}': expected clusters that were saved", MANIFEST);
  const { version } = value as { version: unknown };
  return t(
    'its clusters are of version {0}, and this program reads version {1}: save them again with the same version of the program',
    String(version),
    RUN_VERSION,
  );
}

/**
 * Whether a folder may be on a disk of this machine. On Windows, a path of another machine
 * (`\\server\photos`) would send it the user's name and password as a hash.
 */
const isLocal = (folder: string): boolean => isAbsolute(folder) && !/^[\\/]{2}/.test(folder);

/** A folder that does not exist, in place of one that is not used. */
const nowhere = (runDir: string, index: number): string =>
  join(runDir, `not-on-this-machine-${index}`);

/** The bundled network, if the run was made with it; otherwise a name that is not opened. */
async function knownNetwork(
  { model, modelSha256 }: RunManifest,
  bundled: BundledModels,
): Promise<string> {
  for (const path of [bundled.cpu, bundled.gpu])
    if (basename(path) === basename(model) && (await fileSha256(path)) === modelSha256) return path;
  return basename(model);
}

/** @param path not valid UTF-8; such names are those of Unix. */
function isBelow(path: Buffer, folder: string): boolean {
  const parts = path.toString('latin1').split('/');
  return path.indexOf(`${folder}/`) === 0 && !parts.includes('..');
}

/** Whether each merge joins two nodes that are there and in no other: drawing others never ends. */
function hasTree({ tree, clusters }: Clustering): boolean {
  const leaves = clusterCount(clusters);
  const joined = new Set<number>();
  return (tree ?? []).every(({ a, b }, i) => {
    const isNew = a !== b && Math.max(a, b) < leaves + i && !joined.has(a) && !joined.has(b);
    joined.add(a).add(b);
    return isNew;
  });
}

/** @throws DamagedRun. */
async function checkParts(runDir: string): Promise<void> {
  const { faces, manifest, crops } = await readRun(runDir);
  const { width, height } = manifest.crop;
  if (crops.size.width !== width || crops.size.height !== height)
    throw new DamagedRun(
      runDir,
      CROP_INDEX,
      t('has other crops than {0}×{1} pixels', width, height),
    );
  for (const [row, path] of Object.entries(faces.rawPaths)) {
    const folder = manifest.folders[faces.folder[Number(row)] ?? -1];
    if (folder === undefined || !isBelow(Buffer.from(path, 'base64'), folder))
      throw new DamagedRun(
        runDir,
        FACES,
        t('has a path that leads out of its folder in row {0}', row),
      );
  }
  const clusterings = [
    { file: CLUSTERING, stored: await readClustering(runDir) },
    { file: BASE_CLUSTERING, stored: await readBaseClustering(runDir) },
  ];
  if (clusterings[0]?.stored === undefined)
    throw new UserError(t('it holds no clusters of this version'));
  for (const { file, stored } of clusterings) {
    if (stored !== undefined && !hasTree(stored.clustering))
      throw new DamagedRun(runDir, file, t('has merges that are no tree'));
    if (stored !== undefined && stored.clustering.faces !== manifest.faces)
      throw new DamagedRun(runDir, file, t('is of another run'));
  }
  await readImageRows(runDir);
  await readLog(runDir);
}
