/** What `face-clusters cluster` prints of a run and its clustering. */
import { readableAttribute } from '../domain/attributes';
import type { Clustering } from '../domain/clustering';
import type { RunManifest } from '../domain/run';
import { detectionText } from '../summaries/detection-text';
import { leftOutFolders, leftOutLines } from '../summaries/left-out-text';
import { providerDetails, providerText } from '../summaries/provider-text';
import { forName } from '../text/neutralize';
import { plural } from '../text/numbers';

/**
 * @param peakMemory in bytes.
 * @param verbose also lists why each execution provider was used or passed over.
 */
export function runLines(
  manifest: RunManifest,
  { peakMemory, verbose }: { peakMemory: number; verbose: boolean },
): string[] {
  const { images, known = 0, notices = [], faces, timing, detection } = manifest;
  const { provider, trials } = manifest;
  const seconds = timing.analyse ?? 0;
  return [
    `${String(faces)} faces in ${String(images.read)} of ${String(images.found)} images, ` +
      `${seconds.toFixed(1)} s (${(images.found / seconds).toFixed(0)} images/s), peak memory ${(peakMemory / 1e6).toFixed(0)} MB`,
    `execution provider: ${providerText(provider, trials)}`,
    ...(verbose ? providerDetails(trials).map((line) => `  ${line}`) : []),
    `faces ${detectionText(manifest)}: ${detection.reason}`,
    ...(known > 0
      ? [
          `${String(known)} of the ${String(images.found)} images were in the cache and not read again`,
        ]
      : []),
    ...notices.map((notice) => `note: ${notice}`),
    ...(images.withoutFace > 0 ? [`${plural(images.withoutFace, 'image')} without a face`] : []),
    ...failureLines(manifest),
    ...leftOut(manifest),
  ];
}

function leftOut({ leftOut: all }: RunManifest): string[] {
  if (all === undefined) return [];
  const folders = leftOutFolders(all);
  return [...leftOutLines(all), ...(folders === undefined ? [] : [folders])];
}

function failureLines({ failures }: RunManifest): string[] {
  const [first] = failures;
  if (first === undefined) return [];
  return [
    `${String(failures.length)} could not be used, see failed.csv; the first, ${forName(first.image)}: ${first.reason}`,
  ];
}

export function clusteringLines({
  clusters,
  silhouette,
  distinct,
  faces,
  notices,
  settings,
}: Clustering): string[] {
  const width = Math.max(...clusters.map(({ size }) => String(size).length), 4);
  return [
    ...notices.map((notice) => `note: ${notice}`),
    `${String(clusters.length)} clusters (${settings.method}) of ${String(faces)} faces, ${String(distinct)} distinct vectors, ` +
      `silhouette ${silhouette === null ? 'not defined' : silhouette.toFixed(3)}`,
    '',
    `  id  ${'size'.padStart(width)}  silhouette  prominent attributes`,
    ...clusters.map(
      ({ id, size, silhouette: own, prominent }) =>
        `  ${String(id).padStart(2)}  ${String(size).padStart(width)}  ${(own === null ? '–' : own.toFixed(3)).padStart(10)}  ` +
        prominent.map(readableAttribute).join(', '),
    ),
    '',
  ];
}
