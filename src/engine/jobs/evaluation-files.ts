/** Writes what an evaluation found. */
import { PRESENT } from '../../clustering/features';
import { drawRows } from '../../datasets/explore';
import type { AttributeScores, Evaluation } from '../../domain/evaluation';
import type { Framing } from '../../domain/networks';
import { encodeRgb, FACE_QUALITY } from '../../images/crop-strips';
import { ImageError } from '../../images/image-error';
import type { EngineCalls } from '../../protocol/engine';
import { optionUnless, settingArguments } from '../../results/arguments';
import { provenanceOf } from '../../results/provenance';
import type { EvaluationJson } from '../../results/schemas';
import { evaluationChart } from '../../summaries/evaluation-chart';
import {
  type PredictionKind,
  predictionSheet,
  type SampledPrediction,
} from '../../summaries/prediction-sheet';
import { reliabilityChart } from '../../summaries/reliability-chart';
import { writeNeeded } from '../../util/output-folder';
import type { JobContext } from './job-context';
import { cropOf, type LabeledFace } from './labeled-face';
import { EVALUATION_OUTPUT } from './outputs';
import { predictionsTable } from './predictions-table';

type Params = EngineCalls['evaluate']['params'];

/** Faces of the picture, drawn with the seed. */
const SAMPLES = 24;

interface Evaluated {
  evaluation: Evaluation;
  /** Names of the attributes compared. */
  attributes: readonly string[];
  faces: readonly LabeledFace[];
  /** Of the network's input. */
  crop: Framing;
}

/** @throws UserError where it cannot be written; CancelledError. */
export async function writeEvaluation(
  { evaluation, attributes, faces, crop }: Evaluated,
  params: Params,
  { signal }: JobContext,
): Promise<void> {
  const { outDir, overwrite = false } = params;
  if (outDir === undefined) return;
  const rows = drawRows(Int32Array.from(faces.keys()), SAMPLES, params.settings.seed);
  const samples: SampledPrediction[] = [];
  for (const row of rows) {
    signal.throwIfAborted();
    samples.push(await sampleOf(faces[row]!, attributes, crop));
  }
  const chart = (title: string, valueOf: (score: AttributeScores) => number) =>
    evaluationChart(
      title,
      Object.entries(evaluation.perAttribute).map(([name, each]) => ({
        name,
        value: valueOf(each),
      })),
    );
  const output = { kind: EVALUATION_OUTPUT, overwrite, signal };
  await writeNeeded(outDir, output, async (write) => {
    await write('evaluation.json', JSON.stringify(evaluationJson(evaluation, params), null, 2));
    await write('predictions.csv', predictionsTable(attributes, faces));
    const title = `${rows.length} of ${faces.length.toLocaleString('en')} faces, drawn with the seed`;
    await write('predictions.svg', predictionSheet(title, samples, crop));
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

async function sampleOf(
  face: LabeledFace,
  names: readonly string[],
  crop: Framing,
): Promise<SampledPrediction> {
  const attributes = names.flatMap((name, i) => {
    const kind = kindOf(face.labels[i]!, face.predicted[i]!);
    return kind === undefined ? [] : [{ name, kind }];
  });
  return { image: face.image, jpeg: await jpegOf(face, crop), attributes };
}

/** @returns undefined where an attribute is neither labeled nor inferred, or has no label. */
function kindOf(label: number, inferred: number): PredictionKind | undefined {
  if (Number.isNaN(label)) return undefined;
  const [isLabeled, isInferred] = [label >= PRESENT, inferred >= PRESENT];
  if (isLabeled && isInferred) return 'right';
  if (isLabeled) return 'missed';
  return isInferred ? 'invented' : undefined;
}

/** @returns undefined where the image changed meanwhile. */
async function jpegOf(face: LabeledFace, crop: Framing): Promise<Uint8Array | undefined> {
  try {
    return await encodeRgb(await cropOf(face, crop), crop.width, crop.height, FACE_QUALITY);
  } catch (error) {
    if (error instanceof ImageError) return undefined;
    throw error;
  }
}

function evaluationJson(evaluation: Evaluation, params: Params): EvaluationJson {
  const { folder, labels, split, settings, degraded } = params;
  const { model, modelSha256, detection, ...rest } = evaluation;
  return {
    ...provenanceOf({
      kind: 'evaluation',
      arguments: [
        'evaluate',
        folder,
        ...['--labels', labels],
        ...optionUnless('--split', split, ''),
        ...optionUnless('--degraded', degraded, 0),
        ...settingArguments(settings),
      ],
      model,
      modelSha256,
      detection,
      parameters: { ...settings, degraded },
      seed: settings.seed,
      split: split === '' ? null : split,
    }),
    folder,
    labels,
    ...rest,
  };
}
