/** Charts of a clustering as files: SVG, and PNG where it is asked for. */
import type { Clustering } from '../../domain/clustering';
import { chartOf } from '../../summaries/occurrence-chart';
import { clusterTitle } from '../../text/numbers';
import { messageOf } from '../../util/errors';
import type { WriteFile } from '../../util/output-folder';
import { drawCharts } from '../draw-charts';

/** A chart, and the name of its file without the extension. */
interface Chart {
  name: string;
  svg: string;
}

interface ChartOptions {
  png: boolean;
  signal: AbortSignal;
}

/** Name of a cluster's folder: `00`, `01`, …, `noise`, `not-faces`, `copies`. */
export const clusterFolder = (id: number): string =>
  id < 0 ? clusterTitle(id).toLowerCase().replace(' ', '-') : String(id).padStart(2, '0');

/**
 * Writes the occurrence chart of each cluster into its folder.
 * @returns why there are no PNGs, for people.
 */
export const writeCharts = (
  write: WriteFile,
  { clusters, overall }: Clustering,
  options: ChartOptions,
): Promise<string[]> =>
  writeAsFiles(
    write,
    clusters.map((cluster) => ({
      name: `clusters/${clusterFolder(cluster.id)}/occurrences`,
      svg: chartOf(cluster, overall),
    })),
    options,
  );

/**
 * Writes charts. What cannot be drawn is written as SVG only.
 * @returns why there are no PNGs, for people.
 * @throws the signal's reason.
 */
export async function writeAsFiles(
  write: WriteFile,
  charts: readonly Chart[],
  { png, signal }: ChartOptions,
): Promise<string[]> {
  for (const { name, svg } of charts) await write(`${name}.svg`, svg);
  if (!png) return [];
  let drawn: Uint8Array[];
  try {
    const svgs = charts.map(({ svg }) => svg);
    drawn = await drawCharts(svgs, signal);
  } catch (error) {
    signal.throwIfAborted();
    return [messageOf(error)];
  }
  for (const [i, { name }] of charts.entries()) await write(`${name}.png`, drawn[i]!);
  return [];
}
