/** `face-clusters evaluate` */
import { join, resolve } from 'node:path';
import { readableAttribute } from '../domain/attributes';
import type { Evaluation } from '../domain/evaluation';
import type { Settings } from '../domain/settings';
import { EVALUATION_OUTPUT } from '../engine/jobs/outputs';
import { evaluationChart } from '../summaries/evaluation-chart';
import { providerText } from '../summaries/provider-text';
import { reliabilityChart } from '../summaries/reliability-chart';
import { plural } from '../text/numbers';
import { writeNeeded } from '../util/output-folder';
import type { CliContext, CliOptions } from './context';
import { type Output, outputOf } from './output';
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
    split: options.split,
    ...analysisParameters(context, settings),
    degraded: typeof options.degraded === 'number' ? options.degraded : 0,
  };
  const lines = await withSession(context, options, output.outDir, async ({ engine, call }) => {
    const evaluation = await engine.call('evaluate', params, call);
    await writeEvaluation(evaluation, output, context.signal);
    const notes = evaluation.notices.map((notice) => `note: ${notice}`);
    return [...notes, ...attributeLines(evaluation), '', ...totalLines(evaluation)];
  });
  printLines([...lines, `written to ${join(output.outDir, 'evaluation.json')}`]);
}

async function writeEvaluation(
  evaluation: Evaluation,
  { outDir, overwrite }: Output,
  signal: AbortSignal,
): Promise<void> {
  const scores = Object.entries(evaluation.perAttribute);
  const chart = (title: string, valueOf: (score: (typeof scores)[number][1]) => number) =>
    evaluationChart(
      title,
      scores.map(([name, score]) => ({ name, value: valueOf(score) })),
    );
  await writeNeeded(outDir, { kind: EVALUATION_OUTPUT, overwrite, signal }, async (write) => {
    await write('evaluation.json', JSON.stringify(evaluation, null, 2));
    await write(
      'accuracy.svg',
      chart('Accuracy by attribute', ({ accuracy }) => accuracy),
    );
    await write(
      'wrong.svg',
      chart('Wrong predictions by attribute', ({ wrong, labeled }) => wrong / labeled),
    );
    await write(
      'wrong-of-predicted.svg',
      chart('Wrong positive predictions by attribute', (score) => score.wrongOfPredicted ?? 0),
    );
    await write('calibration.svg', reliabilityChart(evaluation.calibration));
  });
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
    `${String(faces)} faces, ${String(attributes)} attributes on ${providerText(provider)}, ${seconds.toFixed(1)} s`,
    `accuracy ${percent(evaluation.accuracy)} %, balanced accuracy ${percent(evaluation.balancedAccuracy)} %, ` +
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

/** A percentage in a column of the table. */
const cell = (value: number | null) => percent(value).padStart(8);
