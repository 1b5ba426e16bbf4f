/** Infers the attributes of labelled images and compares. */
import { availableParallelism } from 'node:os';
import { UserError } from '../errors';
import { scoreAttributes, type Evaluation } from '../datasets/evaluation';
import { readLabels } from '../datasets/labels';
import { chooseFinder } from '../faces/choose-finder';
import { describeFaces } from '../faces/pipeline';
import { openOnProvider } from '../faces/providers';
import { chooseImages, type ImageFile, scanImages } from '../faces/scan';
import type { EngineCalls } from '../protocol';
import { batchSizeFor, type JobContext } from './analyse';

/**
 * Images are matched to labels by their path below the folder, or by their file name where the labels have no path.
 * @throws UserError where nothing matches.
 */
export async function evaluate(
  { folder, labels, split, settings, bundled }: EngineCalls['evaluate']['params'],
  { signal, onProgress }: JobContext,
): Promise<Evaluation> {
  const started = performance.now();
  const table = await readLabels(labels);
  if (split !== '' && table.splits?.includes(split) !== true) {
    const known = [...new Set(table.splits ?? [])];
    throw new UserError(
      `the labels '${labels}' have no split '${split}'${known.length > 0 ? `; they have ${known.join(', ')}` : ' (no column split or partition)'}`,
    );
  }
  const rowOf = new Map(table.images.map((name, row) => [name, row] as const));
  const scan = await scanImages([folder], { signal });
  const labelled: { image: ImageFile; row: number }[] = [];
  for (const image of scan.images) {
    const row = rowOf.get(image.name) ?? rowOf.get(image.name.split('/').pop()!);
    if (row !== undefined && (split === '' || table.splits?.[row] === split)) labelled.push({ image, row });
  }
  const chosen = chooseImages(labelled, settings);
  if (chosen.length === 0) {
    throw new UserError(
      `none of the ${String(scan.images.length)} images in '${folder}' has a label in '${labels}': expected names like '${table.images[0] ?? ''}', ` +
        `got names like '${scan.images[0]?.name ?? ''}'`,
    );
  }
  const rowOfImage = new Map(chosen.map(({ image, row }) => [image, row] as const));
  const { model, file } = await openOnProvider(settings, bundled);
  let release: (() => Promise<void>) | undefined;
  try {
    const images = chosen.map(({ image }) => image);
    const { finder, detection, ...opened } = await chooseFinder(images, settings, model, bundled, signal);
    release = opened.release;
    const shared = model.attributes.filter((name) => table.attributes.includes(name));
    if (shared.length === 0) throw new UserError(`the labels '${labels}' name none of the model's attributes`);
    const inferred: number[] = [];
    const expected: number[] = [];
    let done = 0;
    let failed = 0;
    let withoutFace = 0;
    const batches = describeFaces(images, {
      model,
      finder,
      batchSize: batchSizeFor(settings, model.provider),
      concurrency: 2 * availableParallelism() + 4,
      signal,
      timing: { decode: 0, infer: 0 },
      onFailure: () => (failed += 1),
      onFaceless: () => (withoutFace += 1),
      onImage: () => {
        done += 1;
        onProgress({ stage: 'infer', done, total: chosen.length, failed });
      },
    });
    for await (const { faces, probabilities } of batches) {
      for (const [i, { image, index }] of faces.entries()) {
        if (index > 0) continue; // labels are of the most prominent face
        const row = rowOfImage.get(image)!;
        for (const name of shared) {
          inferred.push(probabilities[i * model.attributes.length + model.attributes.indexOf(name)]!);
          expected.push(table.values[row * table.attributes.length + table.attributes.indexOf(name)]!);
        }
      }
    }
    if (inferred.length === 0) throw new UserError(`none of the ${String(chosen.length)} labelled images in '${folder}' can be used`);
    return {
      faces: inferred.length / shared.length,
      ...scoreAttributes(shared, Float32Array.from(inferred), Float32Array.from(expected)),
      images: { found: scan.images.length, labelled: chosen.length, read: chosen.length - failed, failed, withoutFace },
      detection,
      provider: model.provider,
      model: file,
      seconds: (performance.now() - started) / 1000,
    };
  } finally {
    await release?.();
    await model.release();
  }
}
