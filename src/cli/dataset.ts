/** `face-clusters dataset` */
import { resolve } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import { readableAttribute } from '../domain/attributes';
import type { DatasetReport, SuspectedLabelErrors } from '../domain/dataset';
import { analysisSettings, type Settings } from '../domain/settings';
import { bundledModels } from '../engine/bundled-files';
import { DATASET_OUTPUT, LABEL_ERRORS_OUTPUT } from '../engine/jobs/outputs';
import { forCsvCell, forName } from '../text/neutralize';
import { writeNeeded } from '../util/output-folder';
import { sweepTemporaryFolders } from '../util/temporary-folder';
import { cacheFolder } from './cache';
import type { CliContext, CliOptions } from './context';
import { startEngine } from './engine';
import { outputOf } from './output';
import { printLines } from './print';
import { progressLine } from './progress';
import { UsageError } from './status';

/** Contradictions written, and printed, at most. */
const MOST = 10_000;
const PRINTED = 10;

/** Samples a partition that are drawn where the option does not say. */
const SAMPLES = 10;

export async function datasetCommand(
  folder: string,
  options: CliOptions,
  settings: Settings,
  { root, signal }: CliContext,
): Promise<void> {
  const dropped = dropZero(options.dropZero);
  const images = typeof options.checkLabels === 'number' ? options.checkLabels : 0;
  // only if there are images
  const written = DATASET_OUTPUT.files.filter((name) => name !== 'samples.jpg');
  const output = await outputOf(options, DATASET_OUTPUT, written);
  if (images > 0) await outputOf(options, LABEL_ERRORS_OUTPUT, LABEL_ERRORS_OUTPUT.files);
  const engine = startEngine(root);
  const line = progressLine(options.progress);
  try {
    const choice = {
      folder: resolve(folder),
      labels: typeof options.labels === 'string' ? resolve(options.labels) : undefined,
      options: {
        attributes: names(options.attributes),
        drop: names(options.drop),
        dropZero: dropped,
        seed: settings.seed,
      },
    };
    const call = { signal, onProgress: line.show };
    const report = await engine.call(
      'dataset',
      { ...choice, samples: settings.sample > 0 ? settings.sample : SAMPLES, ...output },
      call,
    );
    let found: SuspectedLabelErrors | undefined;
    if (images > 0) {
      const params = {
        settings: analysisSettings({
          ...settings,
          model: settings.model === '' ? '' : resolve(settings.model),
        }),
        bundled: bundledModels(root),
        storeDir: cacheFolder(),
      };
      const contradictions = await engine.call(
        'contradictions',
        { ...choice, ...params, images, most: MOST, pictures: false },
        call,
      );
      await writeNeeded(
        output.outDir,
        { kind: LABEL_ERRORS_OUTPUT, overwrite: output.overwrite, signal },
        (write) => write('label-errors.csv', contradictionsCsv(contradictions)),
      );
      found = contradictions;
    }
    line.end();
    printLines([
      ...lines(report),
      ...(found === undefined ? [] : contradictionLines(found)),
      `written to ${output.outDir}`,
    ]);
  } finally {
    line.end();
    engine.dispose();
    await sweepTemporaryFolders(output.outDir); // if the engine had to be ended
  }
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

/** The surest contradictions first. */
function contradictionsCsv({ surest }: SuspectedLabelErrors): string {
  const rows = surest.map(({ image, attribute, label, probability }) => [
    forCsvCell(image),
    forCsvCell(attribute),
    label,
    probability.toFixed(4),
  ]);
  return stringify(rows, { header: true, columns: ['image', 'attribute', 'label', 'probability'] });
}

function contradictionLines({
  faces,
  skipped,
  attributes,
  surest,
  notices,
}: SuspectedLabelErrors): string[] {
  const wrong = attributes.reduce((sum, each) => sum + each.wrong, 0);
  const all = faces * attributes.length;
  return [
    ...notices.map((notice) => `note: ${notice}`),
    `${faces.toLocaleString('en')} faces compared with the network${skipped > 0 ? ` (${skipped.toLocaleString('en')} images without a usable face)` : ''}: ` +
      `${wrong.toLocaleString('en')} of ${all.toLocaleString('en')} labels differ; the surest:`,
    ...surest
      .slice(0, PRINTED)
      .map(
        ({ image, attribute, label, probability }) =>
          `  ${forName(image)}: ${label >= 0.5 ? '' : 'not '}${readableAttribute(attribute)} says the label, ${(100 * probability).toFixed(1)} % the network`,
      ),
    '',
  ];
}

function lines({
  kind,
  rows,
  used,
  zeroRows,
  missing,
  partitions,
  attributes,
}: DatasetReport): string[] {
  const sorted = [...attributes].sort((a, b) => b.frequency - a.frequency);
  return [
    `${kind}: ${used.toLocaleString('en')} of ${rows.toLocaleString('en')} rows, ${attributes.length} attributes`,
    ...(missing === null ? [] : [`${missing.toLocaleString('en')} images are missing`]),
    `${zeroRows.toLocaleString('en')} rows have none of the attributes`,
    ...Object.entries(partitions).map(
      ([name, count]) => `${forName(name).padEnd(12)} ${count.toLocaleString('en').padStart(8)}`,
    ),
    '',
    `index  ${'attribute'.padEnd(20)} frequency`,
    ...sorted.map(
      ({ index, name, frequency }) =>
        `${String(index).padStart(5)}  ${readableAttribute(name).padEnd(20)} ${frequency.toFixed(4)}`,
    ),
    '',
  ];
}
