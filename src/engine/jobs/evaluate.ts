/** Infers the attributes of labelled images and compares. */
import { recalibrate } from '../../clustering/thresholds';
import { scoreAttributes } from '../../datasets/evaluation';
import { drawRows } from '../../datasets/explore';
import { readLabels } from '../../datasets/labels';
import type { Evaluation } from '../../domain/evaluation';
import type { ImageFile } from '../../images/image-list';
import { chooseImages, scanImages } from '../../images/scan-folders';
import type { EngineCalls } from '../../protocol/engine';
import { fromCsvCell } from '../../text/neutralize';
import { UserError } from '../../util/errors';
import { AnalysisPipeline } from '../pipeline/analysis-pipeline';
import type { JobContext } from './job-context';
import { type LabelledFace, robustness } from './robustness';

const pickScores = ({
  accuracy,
  balancedAccuracy,
  hammingDistance,
}: ReturnType<typeof scoreAttributes>) => ({
  accuracy,
  balancedAccuracy,
  hammingDistance,
});

/**
 * Images are matched to labels by their path below the folder, or by their file name where the
 * labels have no path.
 * @throws UserError where nothing matches.
 */
export async function evaluate(
  { folder, labels, split, settings, bundled, degraded }: EngineCalls['evaluate']['params'],
  { signal, onProgress, host }: JobContext,
): Promise<Evaluation> {
  const started = performance.now();
  const table = await readLabels(labels, signal);
  if (split !== '' && table.splits?.includes(split) !== true) {
    const known = [...new Set(table.splits ?? [])];
    throw new UserError(
      `the labels '${labels}' have no split '${split}'${known.length > 0 ? `; they have ${known.join(', ')}` : ' (no column split or partition)'}`,
    );
  }
  const rowOf = new Map(table.images.map((name, row) => [name, row] as const));
  // A table of our own may hold an apostrophe before a name, but a name may begin with one as well.
  for (const [row, name] of table.images.entries())
    if (!rowOf.has(fromCsvCell(name))) rowOf.set(fromCsvCell(name), row);
  const scan = await scanImages([folder], { signal });
  const labelled: { image: ImageFile; row: number }[] = [];
  for (const image of scan.images) {
    const row = rowOf.get(image.name) ?? rowOf.get(image.name.split('/').pop()!);
    if (row !== undefined && (split === '' || table.splits?.[row] === split))
      labelled.push({ image, row });
  }
  const chosen = chooseImages(labelled, settings);
  if (chosen.length === 0) {
    throw new UserError(
      `none of the ${String(scan.images.length)} images in '${folder}' has a label in '${labels}': expected names like '${table.images[0] ?? ''}', ` +
        `got names like '${scan.images.at(0)?.name ?? ''}'`,
    );
  }
  const rowOfImage = new Map(chosen.map(({ image, row }) => [image, row] as const));
  const images = chosen.map(({ image }) => image);
  const description = await AnalysisPipeline.open(images, {
    settings,
    bundled,
    store: undefined,
    signal,
    host,
  });
  try {
    const { attributes } = description.model;
    const shared = attributes.filter((name) => table.attributes.includes(name));
    if (shared.length === 0)
      throw new UserError(`the labels '${labels}' name none of the model's attributes`);
    const columns = shared.map(
      (name) => [attributes.indexOf(name), table.attributes.indexOf(name)] as const,
    );
    const inferred: number[] = [];
    const expected: number[] = [];
    const known: LabelledFace[] = [];
    const counts = { done: 0, failed: 0, withoutFace: 0 };
    for await (const { images: described } of description.results()) {
      for (const { image, failure, faces } of described) {
        counts.done += 1;
        if (failure !== undefined) counts.failed += 1;
        else if (faces.length === 0) counts.withoutFace += 1;
        const [face] = faces; // labels are of the most prominent one
        if (face === undefined) continue;
        const row = rowOfImage.get(image)!;
        const labels = Float32Array.from(
          columns,
          ([, column]) => table.values[row * table.attributes.length + column]!,
        );
        for (const [i, [own]] of columns.entries()) {
          inferred.push(face.probabilities[own]!);
          expected.push(labels[i]!);
        }
        known.push({ path: image.path, located: face.located, labels });
      }
      onProgress({
        stage: 'infer',
        done: counts.done,
        total: chosen.length,
        failed: counts.failed,
      });
    }
    if (inferred.length === 0)
      throw new UserError(
        `none of the ${String(chosen.length)} labelled images in '${folder}' can be used`,
      );
    const tried = drawRows(Int32Array.from(known.keys()), degraded, settings.seed).map(
      (i) => known[i]!,
    );
    const onStep = (done: number, total: number) => {
      onProgress({ stage: 'summarise', done, total, failed: counts.failed });
    };
    const values = Float32Array.from(inferred);
    const truth = Float32Array.from(expected);
    const { thresholds } = description.model;
    const balanced =
      thresholds &&
      scoreAttributes(
        shared,
        recalibrate(
          values,
          columns.map(([own]) => thresholds[own]!),
        ),
        truth,
      );
    return {
      balancedThresholds: balanced === undefined ? null : pickScores(balanced),
      robustness:
        // prettier-ignore
        degraded === 0 ? null : await robustness(tried, columns.map(([own]) => own), description.file, { signal, onStep }),
      faces: inferred.length / shared.length,
      ...scoreAttributes(shared, values, truth),
      images: {
        found: scan.images.length,
        labelled: chosen.length,
        read: chosen.length - counts.failed,
        failed: counts.failed,
        withoutFace: counts.withoutFace,
      },
      detection: description.detection,
      provider: description.provider,
      model: description.file,
      seconds: (performance.now() - started) / 1000,
    };
  } finally {
    await description.close();
  }
}
