/** `face-clusters evaluate` */
import { join, resolve } from 'node:path';
import { readableAttribute } from '../domain/attributes';
import type { Evaluation } from '../domain/evaluation';
import type { Settings } from '../domain/settings';
import { EVALUATION_OUTPUT } from '../engine/jobs/outputs';
import { providerText } from '../summaries/provider-text';
import { plural } from '../text/numbers';
import type { Interval } from '../util/wilson';
import type { CliContext, CliOptions } from './context';
import { outputOf } from './output';
import { printLines } from './print';
import { analysisParameters, withSession } from './session';

export async function evaluateCommand(
  folder: string,
  options: CliOptions,
  settings: Settings,
  context: CliContext,
): Promise<void> {
  const output = await outputOf(options, EVALUATION_OUTPUT, EVALUATION_OUTPUT.files);
  const params = {
    folder: resolve(folder),
    labels: typeof options.labels === 'string' ? resolve(options.labels) : resolve(folder),
    split: options.split ?? '',
    ...analysisParameters(context, settings),
    degraded: typeof options.degraded === 'number' ? options.degraded : 0,
  };
  const lines = await withSession(context, options, output.outDir, async ({ engine, call }) => {
    const evaluation = await engine.call('evaluate', { ...params, ...output }, call);
    const notes = evaluation.notices.map((notice) => `note: ${notice}`);
    return [...notes, ...attributeLines(evaluation), '', ...totalLines(evaluation)];
  });
  printLines([...lines, `written to ${join(output.outDir, 'evaluation.json')}`]);
}

function attributeLines({ perAttribute, faces }: Evaluation): string[] {
  const isPartial = Object.values(perAttribute).some(({ labeled }) => labeled < faces);
  return [
    `${'attribute'.padEnd(20)} accuracy balanced precision  recall  average precision  calibration error${isPartial ? '  labels' : ''}`,
    ...Object.entries(perAttribute).map(
      ([name, score]) =>
        `${readableAttribute(name).padEnd(20)} ${cell(score.accuracy)} ${cell(score.balancedAccuracy)}  ` +
        `${cell(score.precision)} ${cell(score.recall)} ${cell(score.averagePrecision)} ${cell(score.calibrationError)}` +
        (isPartial ? score.labeled.toLocaleString('en').padStart(28) : ''),
    ),
  ];
}

function totalLines(evaluation: Evaluation): string[] {
  const { faces, seconds, provider, balancedThresholds, images } = evaluation;
  const attributes = Object.keys(evaluation.perAttribute).length;
  return [
    `${plural(faces, 'face')}, ${plural(attributes, 'attribute')} on ${providerText(provider)}, ${seconds.toFixed(1)} s`,
    `accuracy ${percent(evaluation.accuracy)} %${range(evaluation.intervals.accuracy)}, ` +
      `balanced accuracy ${percent(evaluation.balancedAccuracy)} %${range(evaluation.intervals.balancedAccuracy)}, ` +
      `majority baseline ${percent(evaluation.majorityAccuracy)} %, mean wrong attributes per face ${evaluation.hammingDistance.toFixed(3)}, ` +
      `average precision ${percent(evaluation.averagePrecision)} %, calibration error ${percent(evaluation.calibrationError)} %`,
    ...(balancedThresholds === null
      ? []
      : [
          `with balanced thresholds: accuracy ${percent(balancedThresholds.accuracy)} %, ` +
            `balanced ${percent(balancedThresholds.balancedAccuracy)} %`,
        ]),
    ...(evaluation.robustness ?? []).map(
      ({ kind, amount, agreement, accuracy }) =>
        `${kind} ${String(amount).padEnd(5)} agreement ${cell(agreement)} %, accuracy ${cell(accuracy)} %`,
    ),
    ...(images.labelled < images.found
      ? [
          `${images.labelled.toLocaleString('en')} of ${plural(images.found, 'image')} evaluated: the others have no label or were not chosen`,
        ]
      : []),
    ...(images.failed > 0 ? [`${plural(images.failed, 'image')} could not be used`] : []),
  ];
}

const percent = (value: number | null) => (value === null ? '–' : (value * 100).toFixed(2));

/** A 95 % confidence interval. */
const range = (interval: Interval | null) =>
  interval === null ? '' : ` (${percent(interval.low)} to ${percent(interval.high)})`;

/** A percentage in a column of the table. */
const cell = (value: number | null) => percent(value).padStart(8);
