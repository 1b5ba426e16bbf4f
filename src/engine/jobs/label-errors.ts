/**
 * Suspected label errors: labels of a data set that contradict a network that was trained on other
 * labels. The more certain the network is of the opposite, the more likely the label is wrong.
 */
import { PRESENT } from '../../clustering/features';
import type { Dataset } from '../../datasets/dataset';
import { drawRows, explore, type Exploration } from '../../datasets/explore';
import { sharedAttributes } from '../../domain/attributes';
import type { SuspectedLabelErrors } from '../../domain/dataset';
import type { ImageFile } from '../../images/image-list';
import type { DatasetCalls } from '../../protocol/dataset-calls';
import type { FaceStore } from '../../store/face-store';
import { identitiesOf } from '../../store/identity';
import { t } from '../../text/translate';
import { UserError } from '../../util/errors';
import { withStore } from '../open-store';
import type { AnalysisPipeline } from '../pipeline/analysis-pipeline';
import { openPipeline } from '../pipeline/open-pipeline';
import { notStored, StoreBuffer } from '../pipeline/store-buffer';
import { keptDataset, thumbnailJpeg } from './dataset-view';
import type { JobContext } from './job-context';

type Params = DatasetCalls['labelErrors']['params'];

export async function suspectedLabelErrors(
  params: Params,
  context: JobContext,
): Promise<SuspectedLabelErrors> {
  const notices: string[] = [];
  const storeDir = params.settings.cache ? params.storeDir : null;
  return withStore(
    storeDir,
    (notice) => notices.push(notice),
    async (store) => {
      const dataset = await keptDataset(params, context);
      const found = explore(dataset.table, params.options);
      const rows = sampleRows(dataset, found, params);
      const result = await checkRows({ params, dataset, found, rows, store }, context);
      return { ...result, notices: [...notices, ...result.notices] };
    },
  );
}

/** Draws rows whose images are present. @throws UserError where there is none. */
function sampleRows(
  dataset: Dataset,
  { rows }: Exploration,
  { folder, images, options }: Params,
): number[] {
  const { parts, pathOf } = dataset;
  if (parts.images === undefined)
    throw new UserError(t("there are no images to look at in '{0}': only labels", folder));
  const drawn = drawRows(
    rows.filter((row) => pathOf(row) !== undefined),
    images,
    options.seed,
  );
  if (drawn.length === 0)
    throw new UserError(t("none of the {0} labeled images is in '{1}'", rows.length, parts.images));
  return drawn;
}

interface Sample {
  params: Params;
  dataset: Dataset;
  found: Exploration;
  /** Rows of the label table whose images are analyzed. */
  rows: number[];
  store: FaceStore | undefined;
}

async function checkRows(sample: Sample, context: JobContext): Promise<SuspectedLabelErrors> {
  const { params, dataset, found, rows, store } = sample;
  const { settings, bundled } = params;
  const { signal, host } = context;
  const images = rows.map((row): ImageFile => ({
    path: dataset.pathOf(row)!,
    name: dataset.table.images[row]!,
    folder: 0,
  }));
  const identities = await identitiesOf(images, signal);
  await using pipeline = await openPipeline(
    { images, identities },
    { settings, bundled, store, signal, host },
  );
  await using buffer = store && StoreBuffer.of(pipeline, store, settings);
  const columns = sharedColumns(pipeline.model.attributes, dataset, found);
  const { faces, contradictions } = await contradictionsIn(
    sample,
    { pipeline, buffer, columns },
    context,
  );
  const problem = await buffer?.finish();
  return {
    faces,
    skipped: images.length - faces,
    attributes: columns.map(({ name, wrong, labeled }) => ({
      name,
      wrong,
      labeled,
      share: labeled === 0 ? 0 : wrong / labeled,
    })),
    surest: await mostCertain(contradictions, sample, signal),
    notices: [...(problem === undefined ? [] : [notStored(problem)]), ...pipeline.notices],
  };
}

/** An attribute that has labels and is inferred. */
interface SharedColumn {
  name: string;
  /** Its position among the model's attributes. */
  inferred: number;
  /** Its position in the label table. */
  labelled: number;
  /** Faces with a label of it, and those whose label the network contradicts. */
  labeled: number;
  wrong: number;
}

/** @throws UserError where the labels name none of the model's attributes. */
function sharedColumns(
  known: readonly string[],
  { table }: Dataset,
  { attributes }: Exploration,
): SharedColumn[] {
  const shared = sharedAttributes(attributes, known);
  if (shared.length === 0) {
    throw new UserError(
      t(
        "the labels name none of the model's attributes: expected some of {0}, got {1}",
        known.join(', '),
        attributes.join(', '),
      ),
    );
  }
  return shared.map(({ name, other }) => ({
    name,
    inferred: other,
    labelled: table.attributes.indexOf(name),
    labeled: 0,
    wrong: 0,
  }));
}

/** A label that the network contradicts. */
interface Contradiction {
  row: number;
  attribute: string;
  label: number;
  probability: number;
}

/** Analyzes the images; counts contradictions in `columns`. */
async function contradictionsIn(
  { dataset: { table }, rows }: Sample,
  stages: {
    pipeline: AnalysisPipeline;
    buffer: StoreBuffer | undefined;
    columns: readonly SharedColumn[];
  },
  { onProgress }: JobContext,
): Promise<{ faces: number; contradictions: Contradiction[] }> {
  const { pipeline, buffer, columns } = stages;
  const contradictions: Contradiction[] = [];
  const counts = { done: 0, faces: 0, failed: 0 };
  for await (const batch of pipeline.results()) {
    await buffer?.add(batch);
    for (const { failure, faces } of batch.images) {
      const row = rows[counts.done++]!;
      if (failure !== undefined) counts.failed += 1;
      const [face] = faces; // labels are of the most prominent face
      if (face === undefined) continue;
      counts.faces += 1;
      for (const column of columns) {
        const label = table.values[row * table.attributes.length + column.labelled]!;
        if (Number.isNaN(label)) continue;
        column.labeled += 1;
        const probability = face.probabilities[column.inferred]!;
        if (label >= PRESENT === probability >= PRESENT) continue;
        column.wrong += 1;
        contradictions.push({ row, attribute: column.name, label, probability });
      }
    }
    const { done, failed } = counts;
    onProgress({ stage: 'infer', done, total: rows.length, failed });
  }
  return { faces: counts.faces, contradictions };
}

/** The contradictions of which the network is most certain, with their images. */
async function mostCertain(
  contradictions: Contradiction[],
  { params: { most, pictures }, dataset }: Sample,
  signal: AbortSignal,
): Promise<SuspectedLabelErrors['surest']> {
  const certainty = ({ label, probability }: Contradiction) => Math.abs(label - probability);
  contradictions.sort((a, b) => certainty(b) - certainty(a));
  const result: SuspectedLabelErrors['surest'] = [];
  for (const each of contradictions.slice(0, most)) {
    result.push({
      ...each,
      image: dataset.table.images[each.row]!,
      jpeg: pictures ? await thumbnailJpeg(dataset.pathOf(each.row), signal) : null,
    });
  }
  return result;
}
