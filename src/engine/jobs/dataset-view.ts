/** Calls of the data set view. The data set stays open between them. */
import type { Dataset } from '../../datasets/dataset';
import { drawRows, explore } from '../../datasets/explore';
import type { DatasetChoice, DatasetSample } from '../../domain/dataset';
import { encodeRgb } from '../../images/crop-strips';
import type { DatasetCalls } from '../../protocol/dataset-calls';
import { t } from '../../text/translate';
import { CancelledError, UserError } from '../../util/errors';
import { opened, reportOf, sampleOf, thumbnail, TILE } from './dataset';
import type { JobContext } from './job-context';

let open: { key: string; dataset: Promise<Dataset> } | undefined;

/** Of the JPEGs of samples. */
const QUALITY = 85;

/**
 * The data set of a choice, opened once.
 * @param reload whether its tables are read again.
 */
export async function keptDataset(
  choice: DatasetChoice,
  context: JobContext,
  reload = false,
): Promise<Dataset> {
  const { folder, labels } = choice;
  const key = JSON.stringify([folder, labels]);
  if (open?.key !== key || reload) {
    const next = { key, dataset: opened(folder, labels, context) };
    open = next;
    next.dataset.catch(() => {
      if (open === next) open = undefined; // so that the next call tries again
    });
  }
  const { dataset } = open;
  try {
    return await dataset;
  } catch (error) {
    context.signal.throwIfAborted();
    // Another call had begun to open it, and was cancelled.
    if (error instanceof CancelledError) return keptDataset(choice, context);
    throw error;
  }
}

export async function exploreDataset(
  choice: DatasetCalls['exploreDataset']['params'],
  context: JobContext,
): Promise<DatasetCalls['exploreDataset']['result']> {
  const dataset = await keptDataset(choice, context, true);
  const found = explore(dataset.table, choice.options);
  return {
    ...reportOf(dataset, found),
    allAttributes: dataset.table.attributes,
    correlation: [...found.correlation],
    together: [...found.together],
  };
}

export async function datasetSamples(
  { count, seed, partition, attribute, ...choice }: DatasetCalls['datasetSamples']['params'],
  context: JobContext,
): Promise<DatasetSample[]> {
  const dataset = await keptDataset(choice, context);
  const found = explore(dataset.table, choice.options);
  const { attributes, values } = dataset.table;
  const column = attribute === null ? -1 : attributes.indexOf(attribute);
  const rows = found.rows.filter(
    (row) =>
      (partition === null || (dataset.partitionOf(row) ?? 'none') === partition) &&
      (column < 0 || values[row * attributes.length + column]! >= 0.5),
  );
  const drawn = drawRows(rows, count, seed);
  return Promise.all(
    drawn.map(async (row) => ({
      row,
      ...sampleOf(dataset, found, row),
      jpeg: await thumbnailJpeg(dataset.pathOf(row), context.signal),
    })),
  );
}

/** A JPEG of the center of an image; null if the image is missing or damaged. */
export async function thumbnailJpeg(
  path: string | Buffer | undefined,
  signal: AbortSignal,
): Promise<Uint8Array | null> {
  const tile = await thumbnail(path, signal);
  return tile === undefined ? null : encodeRgb(Buffer.from(tile), TILE.width, TILE.height, QUALITY);
}

export async function datasetImage(
  { row, ...choice }: DatasetCalls['datasetImage']['params'],
  context: JobContext,
): Promise<{ path: string }> {
  const dataset = await keptDataset(choice, context);
  const path = dataset.pathOf(row);
  if (path === undefined)
    throw new UserError(t("the image '{0}' is not there", dataset.table.images[row] ?? ''));
  return { path: path.toString() };
}
