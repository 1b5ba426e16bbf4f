/** Compares inferred attributes with the labels of images. */
import { mostProbable, recalibrate } from '../../clustering/thresholds';
import { scoreAttributes } from '../../datasets/evaluation';
import { drawRows } from '../../datasets/explore';
import { attributeEvidence, overallIntervals } from '../../datasets/intervals';
import { inferredRemarks } from '../../datasets/label-table';
import { matchNames } from '../../datasets/match-names';
import { type Labels, openLabels } from '../../datasets/open-labels';
import { isSamePartition } from '../../datasets/partitions';
import { sharedAttributes } from '../../domain/attributes';
import type { Evaluation } from '../../domain/evaluation';
import type { Failure } from '../../domain/run';
import type { ImageFile } from '../../images/image-list';
import { chooseImages } from '../../images/choose-images';
import { scanImages } from '../../images/scan-folders';
import type { EngineCalls } from '../../protocol/engine';
import { identitiesOf } from '../../store/identity';
import { excerpt, excerptOfList } from '../../text/excerpt';
import { UserError } from '../../util/errors';
import type { AnalysisPipeline } from '../pipeline/analysis-pipeline';
import { openPipeline } from '../pipeline/open-pipeline';
import { fileSha256 } from '../pipeline/pipeline-keys';
import type { JobContext } from './job-context';
import { writeEvaluation } from './evaluation-files';
import type { LabeledFace } from './labeled-face';
import { onlyLabeled } from './only-labeled';
import { robustness } from './robustness';

type Params = EngineCalls['evaluate']['params'];

const AT_HALF =
  'of attributes that exclude each other, each counts as present from a probability of 0.5 on in the scores of reduced and blurred faces; elsewhere the most probable one does';

/**
 * Images are matched to labels by `matchNames`.
 * @throws UserError where nothing matches; CancelledError.
 */
export async function evaluate(params: Params, context: JobContext): Promise<Evaluation> {
  const started = performance.now();
  const { folder, labels, settings, bundled } = params;
  const { signal, host } = context;
  const table = await openLabels(labels, signal, { needsPartitions: true });
  requireSplit(table, params);
  const { images, labelled, found, remarks } = await labeledImages(table, params, signal);
  const identities = await identitiesOf(images, signal);
  await using pipeline = await openPipeline(
    { images, identities },
    {
      settings,
      bundled,
      store: undefined,
      signal,
      host,
    },
  );
  const { detection } = pipeline;
  const shared = sharedColumns(pipeline.model.attributes, table, labels);
  const all = await inferLabeled(pipeline, { table, labelled, columns: shared }, context);
  if (all.faces.length === 0)
    throw new UserError(
      `none of the ${images.length} labeled images in '${folder}' can be used: ${unusableText(all)}`,
    );
  const { columns, faces, notices } = onlyLabeled(shared, all.faces);
  const { failures, faceless } = all;
  const inference = { ...all, faces };
  const evaluation: Evaluation = {
    ...scoresOf(inference, columns, pipeline.model),
    robustness: await robustnessOf(inference, columns, pipeline, { params, context }),
    faces: faces.length,
    images: {
      found,
      labelled: images.length,
      read: images.length - failures.length,
      failed: failures.length,
      withoutFace: faceless.length,
    },
    failures,
    faceless,
    detection: { searched: detection.mode.kind !== 'crops', reason: detection.reason },
    provider: pipeline.provider,
    model: pipeline.file,
    notices: [
      ...table.remarks,
      ...inferredRemarks(table),
      ...remarks,
      ...notices,
      ...(pipeline.model.groups.length > 0 && params.degraded > 0 ? [AT_HALF] : []),
    ],
    modelSha256: await fileSha256(pipeline.file),
    seconds: (performance.now() - started) / 1000,
  };
  const attributes = columns.map(({ name }) => name);
  const { crop } = pipeline.model;
  await writeEvaluation({ evaluation, attributes, faces, crop }, params, context);
  return evaluation;
}

/** @throws UserError where a split is wanted that the labels do not have. */
function requireSplit({ splits }: Labels, { labels, split }: Params): void {
  if (split === '' || splits?.some((each) => isSamePartition(each, split)) === true) return;
  const known = [...new Set(splits ?? [])].filter((each) => each !== '');
  throw new UserError(
    `the labels '${labels}' have no split '${split}'` +
      (known.length > 0
        ? `; they have ${excerptOfList(known, 10)}`
        : ' (no column split or partition, and no list_eval_partition.txt beside them)'),
  );
}

function unusableText({ faceless, failures: [first, ...others] }: LabeledInference): string {
  const without = faceless.length === 0 ? [] : [`no face in ${excerptOfList(faceless, 3)}`];
  const failed = first === undefined ? [] : [`'${first.image}': ${first.reason}`];
  return [...without, ...failed, ...(others.length > 0 ? [`${others.length} more`] : [])].join(
    '; ',
  );
}

interface LabeledImages {
  images: ImageFile[];
  /** Row of the label table for each image. */
  labelled: Map<ImageFile, number>;
  /** Number of images in the folder, without labels included. */
  found: number;
  /** What was left out, for people. */
  remarks: string[];
}

/** @throws UserError where no image has a label. */
async function labeledImages(
  table: Labels,
  { folder, labels, split, settings }: Params,
  signal: AbortSignal,
): Promise<LabeledImages> {
  const { include, exclude } = settings;
  const scan = await scanImages([folder], { signal, include, exclude });
  if (scan.images.length === 0) throw new UserError(`there is no image in '${folder}'`);
  const { rowOf, remarks } = matchNames(table, scan.images);
  const matches: { image: ImageFile; row: number }[] = [];
  for (const [i, row] of rowOf.entries()) {
    if (row < 0 || (split !== '' && !isSamePartition(table.splits?.[row] ?? '', split))) continue;
    matches.push({ image: scan.images.at(i)!, row });
  }
  const chosen = chooseImages(matches, settings);
  if (chosen.length === 0) {
    const why = remarks.map((remark) => `; ${remark}`).join('');
    throw new UserError(
      rowOf.some((row) => row >= 0)
        ? `none of the ${scan.images.length} images in '${folder}' is of the split '${split}' in '${labels}'`
        : `none of the ${scan.images.length} images in '${folder}' has a label in '${labels}': expected names like '${excerpt(table.images[0] ?? '')}', ` +
            `got names like '${excerpt(scan.images.at(0)?.name ?? '')}'${why}`,
    );
  }
  return {
    images: chosen.map(({ image }) => image),
    labelled: new Map(chosen.map(({ image, row }) => [image, row] as const)),
    found: scan.images.length,
    remarks,
  };
}

/** An attribute that is inferred and has labels. */
interface SharedColumn {
  name: string;
  /** Its position among the model's attributes. */
  inferred: number;
  /** Its position in the label table. */
  labelled: number;
}

/** @throws UserError where there is none. */
function sharedColumns(
  attributes: readonly string[],
  table: Labels,
  labels: string,
): SharedColumn[] {
  const shared = sharedAttributes(attributes, table.attributes);
  if (shared.length === 0)
    throw new UserError(
      `the labels '${labels}' name none of the model's attributes: expected some of ${excerptOfList(attributes, 5)}, got ${excerptOfList(table.attributes, 10)}`,
    );
  return shared.map(({ name, index, other }) => ({ name, inferred: index, labelled: other }));
}

interface LabeledInference {
  faces: LabeledFace[];
  failures: Failure[];
  /** Images without a face. */
  faceless: string[];
}

async function inferLabeled(
  pipeline: AnalysisPipeline,
  source: { table: Labels; columns: readonly SharedColumn[] } & Pick<LabeledImages, 'labelled'>,
  { onProgress }: JobContext,
): Promise<LabeledInference> {
  const { table, labelled, columns } = source;
  const labeledFaces: LabeledFace[] = [];
  const failures: Failure[] = [];
  const faceless: string[] = [];
  let done = 0;
  for await (const { images } of pipeline.results()) {
    for (const { image, failure, faces } of images) {
      done += 1;
      if (failure !== undefined) failures.push({ image: image.name, reason: failure });
      else if (faces.length === 0) faceless.push(image.name);
      const [face] = faces; // labels are of the most prominent face
      if (face === undefined) continue;
      const row = labelled.get(image)!;
      const predicted = predictedOf(face.probabilities, pipeline.model.groups);
      const start = row * table.attributes.length;
      labeledFaces.push({
        image: image.name,
        path: image.path,
        split: table.splits?.[row],
        located: face.located,
        labels: Float32Array.from(columns, (column) => table.values[start + column.labelled]!),
        inferred: Float32Array.from(columns, (column) => face.probabilities[column.inferred]!),
        predicted: Float32Array.from(columns, (column) => predicted[column.inferred]!),
      });
    }
    onProgress({ stage: 'infer', done, total: labelled.size, failed: failures.length });
  }
  return { faces: labeledFaces, failures, faceless };
}

/** Probabilities of a face; of attributes that exclude each other only one is from 0.5 on. */
const predictedOf = (
  probabilities: Float32Array,
  groups: readonly (readonly number[])[],
): Float32Array =>
  groups.length === 0
    ? probabilities
    : mostProbable(probabilities, probabilities, groups, probabilities.length);

type Scores = Pick<
  Evaluation,
  keyof ReturnType<typeof scoreAttributes> | 'intervals' | 'balancedThresholds'
>;

function scoresOf(
  { faces }: LabeledInference,
  columns: readonly SharedColumn[],
  { thresholds, groups }: Pick<AnalysisPipeline['model'], 'thresholds' | 'groups'>,
): Scores {
  const names = columns.map(({ name }) => name);
  const values = joined(faces.map(({ inferred }) => inferred));
  const labels = joined(faces.map((face) => face.labels));
  const predicted = joined(faces.map((face) => face.predicted));
  const predictions = { width: names.length, probabilities: predicted, labels };
  const evidence = attributeEvidence(predictions);
  const found = scoreAttributes(names, values, labels, predicted);
  const scores = {
    ...found,
    perAttribute: Object.fromEntries(
      names.map((name, i) => [name, { ...found.perAttribute[name]!, ...evidence[i]! }]),
    ),
    intervals: overallIntervals(predictions),
  };
  if (thresholds === undefined) return { ...scores, balancedThresholds: null };
  const ofColumns = columns.map((column) => thresholds[column.inferred]!);
  const isGrouped = columns.map(({ inferred }) => groups.flat().includes(inferred));
  // Thresholds do not matter to groups, of which the most probable counts as present.
  const balanced = recalibrate(values, ofColumns).map((value, at) =>
    isGrouped[at % names.length]! ? predicted[at]! : value,
  );
  const { accuracy, balancedAccuracy, hammingDistance } = scoreAttributes(names, balanced, labels);
  return { ...scores, balancedThresholds: { accuracy, balancedAccuracy, hammingDistance } };
}

/** @param rows all of one length. */
function joined(rows: readonly Float32Array[]): Float32Array {
  const width = rows[0]?.length ?? 0;
  const all = new Float32Array(rows.length * width);
  for (const [i, row] of rows.entries()) all.set(row, i * width);
  return all;
}

/** Robustness on a sample of the faces; null where none is wanted. */
async function robustnessOf(
  { faces, failures }: LabeledInference,
  columns: readonly SharedColumn[],
  { file }: AnalysisPipeline,
  { params, context }: { params: Params; context: JobContext },
): Promise<Evaluation['robustness']> {
  const { degraded, settings } = params;
  if (degraded === 0) return null;
  const rows = drawRows(Int32Array.from(faces.keys()), degraded, settings.seed);
  return robustness(
    rows.map((row) => faces[row]!),
    columns.map(({ inferred }) => inferred),
    file,
    {
      signal: context.signal,
      onStep: (done, total) => {
        context.onProgress({ stage: 'summarise', done, total, failed: failures.length });
      },
    },
  );
}
