/** `face-clusters dataset` */
import { resolve } from 'node:path';
import { readableAttribute } from '../attributes';
import { EngineClient } from '../engine/client';
import { engineScript } from '../paths';
import type { DatasetReport } from '../protocol';
import type { Settings } from '../settings/settings';
import { progressLine } from './progress';
import type { CliContext, CliOptions } from './program';
import { UsageError } from './status';

/** Samples a partition that are drawn where the option does not say. */
const SAMPLES = 10;

export async function datasetCommand(folder: string, options: CliOptions, settings: Settings, { root, signal }: CliContext): Promise<void> {
  const engine = new EngineClient(engineScript(root), (text) => process.stderr.write(text));
  const line = progressLine(options.progress);
  try {
    const report = await engine.call(
      'dataset',
      {
        folder: resolve(folder),
        labels: typeof options.labels === 'string' ? resolve(options.labels) : undefined,
        options: {
          attributes: names(options.attributes),
          drop: names(options.drop),
          dropZero: dropZero(options.dropZero),
          seed: settings.seed,
        },
        samples: settings.sample > 0 ? settings.sample : SAMPLES,
        outDir: resolve(options.out),
      },
      { signal, onProgress: line.show },
    );
    line.end();
    console.log([...lines(report), `written to ${resolve(options.out)}`].join('\n'));
  } finally {
    line.end();
    engine.dispose();
  }
}

const names = (value: unknown) => (Array.isArray(value) ? (value as string[]) : []);

function dropZero(value: unknown): number {
  if (value === undefined || value === 'none') return 0;
  if (value === 'all') return 1;
  if (typeof value === 'number' && value >= 0 && value <= 1) return value;
  throw new UsageError(`--drop-zero: expected none, all, or a share from 0 to 1, got ${JSON.stringify(value)}`);
}

function lines({ kind, rows, used, zeroRows, missing, partitions, attributes }: DatasetReport): string[] {
  const sorted = [...attributes].sort((a, b) => b.frequency - a.frequency);
  return [
    `${kind}: ${used.toLocaleString('en')} of ${rows.toLocaleString('en')} rows, ${attributes.length} attributes`,
    ...(missing === null ? [] : [`${missing.toLocaleString('en')} images are missing`]),
    `${zeroRows.toLocaleString('en')} rows have none of the attributes`,
    ...Object.entries(partitions).map(([name, count]) => `${name.padEnd(12)} ${count.toLocaleString('en').padStart(8)}`),
    '',
    `index  ${'attribute'.padEnd(20)} frequency`,
    ...sorted.map(
      ({ index, name, frequency }) => `${String(index).padStart(5)}  ${readableAttribute(name).padEnd(20)} ${frequency.toFixed(4)}`,
    ),
    '',
  ];
}
