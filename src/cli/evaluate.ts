/** `face-clusters evaluate` */
import { join, resolve } from 'node:path';
import { readableAttribute } from '../domain/attributes';
import { analysisSettings, type Settings } from '../domain/settings';
import { bundledModels } from '../engine/bundled-files';
import { EVALUATION_OUTPUT } from '../engine/jobs/outputs';
import { evaluationChart } from '../summaries/evaluation-chart';
import { reliabilityChart } from '../summaries/reliability-chart';
import { writeNeeded } from '../util/output-folder';
import type { CliContext, CliOptions } from './context';
import { startEngine } from './engine';
import { outputOf } from './output';
import { printLines } from './print';
import { progressLine } from './progress';

export async function evaluateCommand(
  folder: string,
  options: CliOptions,
  settings: Settings,
  { root, signal }: CliContext,
): Promise<void> {
  const { outDir, overwrite } = await outputOf(options, EVALUATION_OUTPUT, EVALUATION_OUTPUT.files);
  const engine = startEngine(root);
  const line = progressLine(options.progress);
  try {
    const result = await engine.call(
      'evaluate',
      {
        folder: resolve(folder),
        labels: resolve(options.labels),
        split: options.split,
        settings: analysisSettings({
          ...settings,
          model: settings.model === '' ? '' : resolve(settings.model),
        }),
        bundled: bundledModels(root),
        degraded: typeof options.degraded === 'number' ? options.degraded : 0,
      },
      { signal, onProgress: line.show },
    );
    line.end();
    const scores = Object.entries(result.perAttribute);
    await writeNeeded(outDir, { kind: EVALUATION_OUTPUT, overwrite, signal }, async (write) => {
      await write('evaluation.json', JSON.stringify(result, null, 2));
      const accuracies = scores.map(([name, score]) => ({ name, value: score.accuracy }));
      const wrong = scores.map(([name, score]) => ({ name, value: score.wrong / result.faces }));
      await write('accuracy.svg', evaluationChart('Accuracy by attribute', accuracies));
      await write('wrong.svg', evaluationChart('Wrong predictions by attribute', wrong));
      const ofPredicted = scores.map(([name, score]) => ({
        name,
        value: score.wrongOfPredicted ?? 0,
      }));
      await write(
        'wrong-of-predicted.svg',
        evaluationChart('Wrong of those predicted, by attribute', ofPredicted),
      );
      await write('calibration.svg', reliabilityChart(result.calibration));
    });

    const percent = (value: number | null) =>
      (value === null ? '–' : (value * 100).toFixed(2)).padStart(8);
    printLines([
      `${'attribute'.padEnd(20)} accuracy balanced precision  recall  average precision  calibration error`,
      ...scores.map(
        ([name, score]) =>
          `${readableAttribute(name).padEnd(20)} ${percent(score.accuracy)} ${percent(score.balancedAccuracy)}  ` +
          `${percent(score.precision)} ${percent(score.recall)} ${percent(score.averagePrecision)} ${percent(score.calibrationError)}`,
      ),
      '',
      `${String(result.faces)} faces, ${String(scores.length)} attributes on ${result.provider}, ${result.seconds.toFixed(1)} s`,
      `accuracy ${percent(result.accuracy).trim()} %, balanced accuracy ${percent(result.balancedAccuracy).trim()} %, ` +
        `always the majority ${percent(result.majorityAccuracy).trim()} %, mean wrong attributes a face ${result.hammingDistance.toFixed(3)}, ` +
        `average precision ${percent(result.averagePrecision).trim()} %, calibration error ${percent(result.calibrationError).trim()} %`,
      ...(result.balancedThresholds === null
        ? []
        : [
            `with balanced thresholds: accuracy ${percent(result.balancedThresholds.accuracy).trim()} %, ` +
              `balanced ${percent(result.balancedThresholds.balancedAccuracy).trim()} %`,
          ]),
      ...(result.robustness ?? []).map(
        ({ kind, amount, agreement, accuracy }) =>
          `${kind} ${String(amount).padEnd(5)} agreement ${percent(agreement)} %, accuracy ${percent(accuracy)} %`,
      ),
      ...(result.images.failed > 0
        ? [`${String(result.images.failed)} images could not be used`]
        : []),
      `written to ${join(outDir, 'evaluation.json')}`,
    ]);
  } finally {
    line.end();
    engine.dispose();
  }
}
