/** What `face-clusters cluster` prints of a run and its clustering. */
import { readableAttribute } from '../domain/attributes';
import { clusterCount, type Clustering } from '../domain/clustering';
import { LEFT_OUT_COPIES, NOT_FACES } from '../domain/corrections';
import type { RunManifest } from '../domain/run';
import { detectionText } from '../summaries/detection-text';
import { leftOutFolders, leftOutLines } from '../summaries/left-out-text';
import { remarkLines } from '../summaries/remarks-text';
import { providerDetails, providerText } from '../summaries/provider-text';
import { forName } from '../text/neutralize';
import { count, plural } from '../text/numbers';

/**
 * @param peakMemory in bytes.
 * @param verbose also lists why each execution provider was used or passed over.
 * @param file of the run, where this program did not analyze the images now.
 */
export function runLines(
  manifest: RunManifest,
  {
    peakMemory,
    verbose,
    file,
  }: { peakMemory: number; verbose: boolean; file?: string | undefined },
): string[] {
  const { images, known = 0, notices = [], faces, timing, detection } = manifest;
  const { provider, trials } = manifest;
  const seconds = timing.analyse ?? 0;
  if (file !== undefined)
    return [
      `${plural(faces, 'face')} in ${count(images.read)} of ${plural(images.found, 'image')} in ${forName(file)}`,
      ...notices.map((notice) => `note: ${notice}`),
      ...failureLines(manifest),
    ];
  return [
    `${plural(faces, 'face')} in ${count(images.read)} of ${plural(images.found, 'image')}, ` +
      `${seconds.toFixed(1)} s (${(images.found / seconds).toFixed(0)} images/s), peak memory ${(peakMemory / 1e6).toFixed(0)} MB`,
    `execution provider: ${providerText(provider, trials)}`,
    ...(verbose ? providerDetails(trials).map((line) => `  ${line}`) : []),
    `faces ${detectionText(manifest)}: ${detection.reason}`,
    ...(known > 0
      ? [
          `${count(known)} of ${plural(images.found, 'image')} ${known === 1 ? 'was' : 'were'} in the cache and not read again`,
        ]
      : []),
    ...notices.map((notice) => `note: ${notice}`),
    ...(images.withoutFace > 0 ? [`${plural(images.withoutFace, 'image')} without a face`] : []),
    ...failureLines(manifest),
    ...remarkLines(manifest.remarks ?? {}),
    ...leftOut(manifest),
  ];
}

function leftOut({ leftOut: all }: RunManifest): string[] {
  if (all === undefined) return [];
  const folders = leftOutFolders(all);
  return [...leftOutLines(all), ...(folders === undefined ? [] : [folders])];
}

/** Links that lead nowhere, and folders that cannot be read, are not among the images. */
function failureLines({ failures, images }: RunManifest): string[] {
  const [first] = failures;
  if (first === undefined) return [];
  const others = failures.length - images.failed;
  const unusable = [
    ...(images.failed > 0 ? [plural(images.failed, 'image')] : []),
    ...(others > 0 ? [others === 1 ? '1 other file or folder' : `${String(others)} others`] : []),
  ];
  return [
    `${unusable.join(' and ')} could not be used, see failed.csv; the first, ${forName(first.image)}: ${first.reason}`,
  ];
}

/** What the numbers below 0 stand for. */
const OTHERS: Readonly<Record<number, string>> = {
  [-1]: 'noise',
  [NOT_FACES]: 'not a face',
  [LEFT_OUT_COPIES]: 'copies of other faces, left out',
};

/** Faces that are in no cluster, by what they are. */
const asideText = (clusters: Clustering['clusters']): string =>
  clusters
    .filter(({ id }) => id < 0)
    .map(({ id, size }) => `, ${count(size)} ${size === 1 ? oneOf(id) : (OTHERS[id] ?? '')}`)
    .join('');

const oneOf = (id: number) =>
  id === LEFT_OUT_COPIES ? 'copy of another face, left out' : (OTHERS[id] ?? '');

export function clusteringLines({
  clusters,
  silhouette,
  distinct,
  faces,
  notices,
  settings,
}: Clustering): string[] {
  const width = clusters.reduce((most, { size }) => Math.max(most, String(size).length), 4);
  return [
    ...notices.map((notice) => `note: ${notice}`),
    `${plural(clusterCount(clusters), 'cluster')} (${settings.method}) of ${plural(faces, 'face')}${asideText(clusters)}, ${plural(distinct, 'distinct vector')}, ` +
      `silhouette ${silhouette === null ? 'not defined' : silhouette.toFixed(3)}`,
    '',
    `  id  ${'size'.padStart(width)}  silhouette  prominent attributes`,
    ...clusters.map(
      ({ id, size, silhouette: own, prominent }) =>
        `  ${String(id).padStart(2)}  ${String(size).padStart(width)}  ${(own === null ? '–' : own.toFixed(3)).padStart(10)}  ` +
        (OTHERS[id] ?? prominent.map(readableAttribute).join(', ')),
    ),
    '',
  ];
}
