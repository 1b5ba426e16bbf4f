/** Explores a data set of labeled faces, and writes tables and charts about it. */
import { stringify } from 'csv-stringify/sync';
import { type Dataset, openDataset, presentIn } from '../../datasets/dataset';
import { drawRows, explore, type Exploration } from '../../datasets/explore';
import { PARTITION_NAMES } from '../../datasets/partitions';
import { attributeWeights } from '../../domain/attribute-weights';
import type { DatasetReport } from '../../domain/dataset';
import type { EngineCalls } from '../../protocol/engine';
import { evaluationChart } from '../../summaries/evaluation-chart';
import { heatMap } from '../../summaries/heat-map';
import { type Tile, tileSheet } from '../../summaries/tile-sheet';
import { forCsvCell } from '../../text/neutralize';
import { type WriteFile, writeNeeded } from '../../util/output-folder';
import { renderTileSafely } from '../render-images';
import { datasetJson } from './dataset-json';
import type { JobContext } from './job-context';
import { DATASET_OUTPUT } from './outputs';

/**
 * @throws UserError where no data set is recognized, its tables cannot be read, or the results
 * cannot be written; CancelledError.
 */
export async function dataset(
  params: EngineCalls['dataset']['params'],
  context: JobContext,
): Promise<DatasetReport> {
  const { folder, labels, options, samples, outDir, overwrite = false } = params;
  const open = await opened(folder, labels, context);
  const found = explore(open.table, options);
  const known = reportOf(open, found);
  const drawn = samplesOf(
    found,
    open.partitionOf,
    Object.keys(known.partitions),
    samples,
    options.seed,
  );
  const report = { ...known, samples: drawn.map((row) => sampleOf(open, found, row)) };
  await writeNeeded(
    outDir,
    { kind: DATASET_OUTPUT, overwrite, signal: context.signal },
    async (write) => {
      await write('dataset.json', JSON.stringify(datasetJson(report, params), null, 2));
      await writeTables(write, report, found);
      context.signal.throwIfAborted();
      if (open.parts.images !== undefined)
        await write('samples.jpg', await sampleSheet(drawn.map(open.pathOf), context.signal));
    },
  );
  return report;
}

/** Opens a data set, with progress. */
export function opened(
  folder: string,
  labels: string | undefined,
  { signal, onProgress }: JobContext,
): Promise<Dataset> {
  return openDataset(folder, labels, {
    signal,
    onFound: (done) => {
      onProgress({ stage: 'scan', done, total: 0, failed: 0 });
    },
  });
}

/** The report, without samples. */
export function reportOf(
  { parts, table, partitionOf, pathOf }: Dataset,
  found: Exploration,
): Omit<DatasetReport, 'samples'> {
  return {
    kind: parts.kind,
    labels: parts.labels,
    images: parts.images ?? null,
    rows: table.images.length,
    used: found.rows.length,
    zeroRows: found.zeroRows,
    missing:
      parts.images === undefined
        ? null
        : [...found.rows].filter((row) => pathOf(row) === undefined).length,
    partitions: countPartitions(found.rows, partitionOf),
    attributes: found.attributes.map((name, i) => ({
      index: table.attributes.indexOf(name),
      name,
      frequency: found.frequencies[i]!,
      labeled: found.labeled[i]!,
    })),
    groups: table.groups,
    notices: table.remarks,
  };
}

export function sampleOf(
  { table, partitionOf }: Dataset,
  { attributes }: Exploration,
  row: number,
): DatasetReport['samples'][number] {
  return {
    image: table.images[row]!,
    partition: partitionOf(row) ?? null,
    attributes: presentIn(table, row, attributes),
  };
}

/** Rows in each partition, CelebA's partitions first; rows without one are counted as 'none'. */
function countPartitions(
  rows: Int32Array,
  partitionOf: (row: number) => string | undefined,
): Record<string, number> {
  const counts = new Map<string, number>();
  for (const row of rows) {
    const name = partitionOf(row) ?? 'none';
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const order: string[] = [...PARTITION_NAMES];
  const rank = (name: string) =>
    order.includes(name) ? order.indexOf(name) : name === 'none' ? 99 : 9;
  return Object.fromEntries(
    [...counts].sort(
      ([a], [b]) => rank(a) - rank(b) || a.localeCompare(b, 'en', { numeric: true }),
    ),
  );
}

/** Draws `count` rows of each partition. */
function samplesOf(
  { rows }: Exploration,
  partitionOf: (row: number) => string | undefined,
  partitions: readonly string[],
  count: number,
  seed: number,
): number[] {
  return partitions.flatMap((name) =>
    drawRows(
      rows.filter((row) => (partitionOf(row) ?? 'none') === name),
      count,
      seed,
    ),
  );
}

async function writeTables(
  write: WriteFile,
  report: DatasetReport,
  { attributes, correlation, together }: Exploration,
): Promise<void> {
  const matrix = (values: Float64Array) =>
    stringify([
      ['', ...attributes.map(forCsvCell)],
      ...attributes.map((name, row) => [
        forCsvCell(name),
        ...Array.from(
          values.subarray(row * attributes.length, (row + 1) * attributes.length),
          (value) => value.toFixed(6),
        ),
      ]),
    ]);
  const sorted = [...report.attributes].sort((a, b) => b.frequency - a.frequency);
  const frequencies = sorted.map(({ index, name, frequency, labeled }) => [
    index,
    forCsvCell(name),
    frequency.toFixed(6),
    labeled,
  ]);
  const bars = sorted.map(({ name, frequency }) => ({ name, value: frequency }));
  const frequencyOf = Object.fromEntries(
    report.attributes.map(({ name, frequency }) => [name, frequency]),
  );
  for (const kind of ['rare', 'common'] as const) {
    const weights = attributeWeights(attributes, kind, frequencyOf);
    const named = Object.fromEntries(
      attributes.map((name, i) => [name, Number(weights[i]!.toFixed(6))]),
    );
    await write(`weights-${kind}.json`, JSON.stringify(named, null, 2));
  }
  await write(
    'frequencies.csv',
    stringify(frequencies, {
      header: true,
      columns: ['index', 'attribute', 'frequency', 'labeled'],
    }),
  );
  await write('frequencies.svg', evaluationChart('How often each attribute occurs', bars));
  await write('correlation.csv', matrix(correlation));
  await write('correlation.svg', heatMap('Correlation of the attributes', attributes, correlation));
  await write('together.csv', matrix(together));
  await write(
    'samples.csv',
    stringify(
      report.samples.map(({ image, partition, attributes: names }) =>
        [image, partition ?? '', names.join(' ')].map(forCsvCell),
      ),
      { header: true, columns: ['image', 'partition', 'attributes'] },
    ),
  );
}

/** Size of a tile in pixels, in the proportions of CelebA's images. */
export const TILE = { width: 89, height: 109 };

/** The samples side by side, as a JPEG; missing and damaged images are gray fields. */
async function sampleSheet(
  paths: readonly (string | Buffer | undefined)[],
  signal: AbortSignal,
): Promise<Uint8Array> {
  const tiles: Tile[] = [];
  for (const path of paths) tiles.push(await thumbnail(path, signal));
  return tileSheet(tiles, TILE, 10);
}

/**
 * Pixels of the center of an image, RGB at the size of a tile; undefined if the image is missing or
 * damaged.
 * @throws the signal's reason.
 */
export async function thumbnail(
  path: string | Buffer | undefined,
  signal: AbortSignal,
): Promise<Tile> {
  return path === undefined ? undefined : renderTileSafely(path, TILE, signal);
}
