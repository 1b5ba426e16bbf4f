/**
 * Labels against inferences, face by face: where a network that was trained on other labels is sure
 * of the opposite, the label may be wrong.
 */
import { PRESENT } from '../../clustering/features';
import { drawRows, explore } from '../../datasets/explore';
import type { SuspectedLabelErrors } from '../../domain/dataset';
import type { ImageFile } from '../../images/image-list';
import type { DatasetCalls } from '../../protocol/dataset-calls';
import type { FaceStore } from '../../store/face-store';
import { UserError } from '../../util/errors';
import { withStore } from '../open-store';
import { AnalysisPipeline } from '../pipeline/analysis-pipeline';
import { StoreBuffer } from '../pipeline/store-buffer';
import { GIGABYTE, notKept } from './analyse';
import { keptDataset, thumbnailJpeg } from './dataset-view';
import type { JobContext } from './job-context';

export async function suspectedLabelErrors(
  params: DatasetCalls['contradictions']['params'],
  context: JobContext,
): Promise<SuspectedLabelErrors> {
  const notices: string[] = [];
  const storeDir = params.settings.cache ? params.storeDir : null;
  return withStore(
    storeDir,
    (notice) => notices.push(notice),
    (store) => suspectedLabelErrorsWith(params, context, store, notices),
  );
}

async function suspectedLabelErrorsWith(
  {
    images: wanted,
    most,
    pictures,
    settings,
    bundled,
    storeDir: _,
    ...choice
  }: DatasetCalls['contradictions']['params'],
  context: JobContext,
  store: FaceStore | undefined,
  notices: string[],
): Promise<SuspectedLabelErrors> {
  const { signal, onProgress, host } = context;
  const dataset = await keptDataset(choice, context);
  const { table, parts } = dataset;
  if (parts.images === undefined)
    throw new UserError(`there are no images to look at in '${choice.folder}': only labels`);
  const found = explore(table, choice.options);
  const there = found.rows.filter((row) => dataset.pathOf(row) !== undefined);
  const rows = drawRows(there, wanted, choice.options.seed);
  if (rows.length === 0)
    throw new UserError(`none of the ${found.rows.length} labelled images is in '${parts.images}'`);
  const images = rows.map((row): ImageFile => ({
    path: dataset.pathOf(row)!,
    name: table.images[row]!,
    folder: 0,
  }));
  const description = await AnalysisPipeline.open(images, {
    settings,
    bundled,
    store,
    signal,
    host,
  });
  const buffer = store && StoreBuffer.of(description, store, settings.cacheLimit * GIGABYTE);
  try {
    const known = description.model.attributes;
    const shared = found.attributes.filter((name) => known.includes(name));
    if (shared.length === 0) {
      throw new UserError(
        `the labels name none of the model's attributes: expected some of ${known.join(', ')}, got ${found.attributes.join(', ')}`,
      );
    }
    const columns = shared.map((name) => ({
      name,
      own: known.indexOf(name),
      labelled: table.attributes.indexOf(name),
      wrong: 0,
    }));
    const doubtful: { row: number; attribute: string; label: number; probability: number }[] = [];
    const counts = { done: 0, faces: 0, failed: 0 };
    for await (const batch of description.results()) {
      await buffer?.add(batch);
      for (const { failure, faces } of batch.images) {
        const row = rows[counts.done++]!;
        if (failure !== undefined) counts.failed += 1;
        const [face] = faces; // labels are of the most prominent one
        if (face === undefined) continue;
        counts.faces += 1;
        for (const column of columns) {
          const label = table.values[row * table.attributes.length + column.labelled]!;
          const probability = face.probabilities[column.own]!;
          if (label >= PRESENT === probability >= PRESENT) continue;
          column.wrong += 1;
          doubtful.push({ row, attribute: column.name, label, probability });
        }
      }
      onProgress({
        stage: 'infer',
        done: counts.done,
        total: images.length,
        failed: counts.failed,
      });
    }
    const problem = await buffer?.finish();
    if (problem !== undefined) notices.push(notKept(problem));
    const sure = ({ label, probability }: (typeof doubtful)[number]) =>
      Math.abs(label - probability);
    doubtful.sort((a, b) => sure(b) - sure(a));
    const surest: SuspectedLabelErrors['surest'] = [];
    for (const each of doubtful.slice(0, most)) {
      surest.push({
        ...each,
        image: table.images[each.row]!,
        jpeg: pictures ? await thumbnailJpeg(dataset.pathOf(each.row)) : null,
      });
    }
    return {
      faces: counts.faces,
      skipped: images.length - counts.faces,
      attributes: columns.map(({ name, wrong }) => ({
        name,
        wrong,
        share: counts.faces === 0 ? 0 : wrong / counts.faces,
      })),
      surest,
      notices: [...notices, ...description.notices],
    };
  } finally {
    await buffer?.end();
    await description.close();
  }
}
