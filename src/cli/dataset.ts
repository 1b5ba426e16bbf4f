/** `face-clusters dataset` */
import { resolve } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import { readableAttribute } from '../domain/attributes';
import type { DatasetReport, SuspectedLabelErrors } from '../domain/dataset';
import type { Settings } from '../domain/settings';
import { DATASET_OUTPUT, LABEL_ERRORS_OUTPUT } from '../engine/jobs/outputs';
import { forCsvCell, forName } from '../text/neutralize';
import { writeNeeded } from '../util/output-folder';
import { plural } from '../text/numbers';
import { cacheFolder } from './cache';
import type { CliContext, CliOptions } from './context';
import { type Output, outputOf } from './output';
import { printLines } from './print';
import { analysisParameters, withSession } from './session';
import { UsageError } from './status';

/** Maximum number of suspected label errors that are written, and that are printed. */
const MAX_WRITTEN = 10_000;
const MAX_PRINTED = 10;

/** Samples for each partition without `--sample`. */
const DEFAULT_SAMPLES = 10;

export async function datasetCommand(
  folder: string,
  options: CliOptions,
  settings: Settings,
  context: CliContext,
): Promise<void> {
  const choice = {
    folder: resolve(folder),
    labels: typeof options.labels === 'string' ? resolve(options.labels) : undefined,
    options: {
      attributes: names(options.attributes),
      drop: names(options.drop),
      dropZero: dropZero(options.dropZero),
      seed: settings.seed,
    },
  };
  const images = typeof options.checkLabels === 'number' ? options.checkLabels : 0;
  const output = await checkedOutput(options, images > 0);
  const lines = await withSession(context, options, output.outDir, async (session) => {
    const params = { ...choice, samples: samplesOf(settings), ...output };
    const report = await session.engine.call('dataset', params, session.call);
    if (images === 0) {
      await writeLabelErrors(undefined, output, context.signal);
      return reportLines(report);
    }
    const errors = await session.engine.call(
      'labelErrors',
      {
        ...choice,
        ...analysisParameters(context, settings),
        storeDir: cacheFolder(),
        images,
        most: MAX_WRITTEN,
        pictures: false,
      },
      session.call,
    );
    await writeLabelErrors(errors, output, context.signal);
    return [...reportLines(report), ...labelErrorLines(errors)];
  });
  printLines([...lines, `written to ${output.outDir}`]);
}

/** @throws UsageError for a number for each folder. */
function samplesOf({ sample }: Settings): number {
  if (typeof sample !== 'number')
    throw new UsageError(`--sample: expected one number, got '${sample.join(',')}'`);
  return sample > 0 ? sample : DEFAULT_SAMPLES;
}

async function checkedOutput(options: CliOptions, checksLabels: boolean): Promise<Output> {
  // The sheet of samples is written only if there are images.
  const written = DATASET_OUTPUT.files.filter((name) => name !== 'samples.jpg');
  const output = await outputOf(options, DATASET_OUTPUT, written);
  if (checksLabels) await outputOf(options, LABEL_ERRORS_OUTPUT, LABEL_ERRORS_OUTPUT.files);
  return output;
}

const names = (value: unknown) => (Array.isArray(value) ? (value as string[]) : []);

function dropZero(value: unknown): number {
  if (value === undefined || value === 'none') return 0;
  if (value === 'all') return 1;
  if (typeof value === 'number' && value >= 0 && value <= 1) return value;
  throw new UsageError(
    `--drop-zero: expected none, all, or a share from 0 to 1, got ${JSON.stringify(value)}`,
  );
}

/** @param errors undefined removes the table of an earlier run, which would seem to be of this. */
async function writeLabelErrors(
  errors: SuspectedLabelErrors | undefined,
  { outDir, overwrite }: Output,
  signal: AbortSignal,
): Promise<void> {
  const options = { kind: LABEL_ERRORS_OUTPUT, overwrite, signal };
  if (errors === undefined) {
    await writeNeeded(outDir, options, () => Promise.resolve());
    return;
  }
  const rows = errors.surest.map(({ image, attribute, label, probability }) => [
    forCsvCell(image),
    forCsvCell(attribute),
    label,
    probability.toFixed(4),
  ]);
  const columns = ['image', 'attribute', 'label', 'probability'];
  const csv = stringify(rows, { header: true, columns });
  await writeNeeded(outDir, options, (write) => write('label-errors.csv', csv));
}

function labelErrorLines({
  faces,
  skipped,
  attributes,
  surest,
  notices,
}: SuspectedLabelErrors): string[] {
  const wrong = attributes.reduce((sum, each) => sum + each.wrong, 0);
  const all = attributes.reduce((sum, each) => sum + each.labeled, 0);
  return [
    ...notices.map((notice) => `note: ${notice}`),
    `${plural(faces, 'face')} compared with the network${skipped > 0 ? ` (${plural(skipped, 'image')} without a usable face)` : ''}: ` +
      `${wrong.toLocaleString('en')} of ${all.toLocaleString('en')} labels differ${surest.length === 0 ? '' : '; the surest:'}`,
    ...surest
      .slice(0, MAX_PRINTED)
      .map(
        ({ image, attribute, label, probability }) =>
          `  ${forName(image)}: ${label >= 0.5 ? '' : 'not '}${readableAttribute(attribute)} by the label, ${(100 * probability).toFixed(1)} % by the network`,
      ),
    '',
  ];
}

function reportLines({
  kind,
  rows,
  used,
  zeroRows,
  missing,
  partitions,
  attributes,
  groups,
  notices,
}: DatasetReport): string[] {
  const sorted = [...attributes].sort((a, b) => b.frequency - a.frequency);
  const width = Math.max(20, ...attributes.map(({ name }) => readableAttribute(name).length));
  const isPartial = attributes.some(({ labeled }) => labeled < used);
  return [
    ...notices.map((notice) => `note: ${notice}`),
    `${kind}: ${used.toLocaleString('en')} of ${rows.toLocaleString('en')} rows, ${plural(attributes.length, 'attribute')}`,
    ...(missing === null
      ? []
      : [`${plural(missing, 'image')} ${missing === 1 ? 'is' : 'are'} missing`]),
    `${plural(zeroRows, 'row')} ${zeroRows === 1 ? 'has' : 'have'} none of the attributes`,
    ...Object.entries(partitions).map(
      ([name, count]) => `${forName(name).padEnd(12)} ${count.toLocaleString('en').padStart(8)}`,
    ),
    '',
    ...(groups.length === 0
      ? []
      : [
          `of each of these, an image has one at most: ${groups.map(({ name }) => forName(name)).join(', ')}`,
        ]),
    `index  ${'attribute'.padEnd(width)} frequency${isPartial ? '    labels' : ''}`,
    ...sorted.map(
      ({ index, name, frequency, labeled }) =>
        `${String(index).padStart(5)}  ${readableAttribute(name).padEnd(width)} ${frequency.toFixed(4)}` +
        (isPartial ? labeled.toLocaleString('en').padStart(13) : ''),
    ),
    '',
  ];
}
