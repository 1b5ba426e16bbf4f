/**
 * Chooses the network, its execution provider and the size of its batches. The choice is measured
 * once and noted in the store.
 */
import { cpus, hostname } from 'node:os';
import { basename } from 'node:path';
import * as z from 'zod';
import { type BundledModels, type Provider, REJECTIONS } from '../../domain/networks';
import { type AnalysisSettings, PROVIDERS } from '../../domain/settings';
import { checkNetwork } from '../../networks/check-network';
import { chooseProvider, type ProviderChoice, unavailableReason } from '../../networks/providers';
import type { TuningResult } from '../../networks/tool-process';
import { BATCH_SIZES, tuneInChildProcess } from '../../networks/tune';
import type { FaceStore } from '../../store/face-store';
import { t } from '../../text/translate';
import { fileHash } from './pipeline-keys';

/** Faces a batch where it was not measured. */
const BATCH_SIZE: Record<Provider, number> = {
  cpu: 8,
  webgpu: 32,
  cuda: 128,
  dml: 128,
  coreml: 128,
};

/**
 * Measuring takes as long as some 600 faces. Fewer images than these do not pay it back, even where
 * the network that is used without it takes half as long again as the other.
 */
export const MIN_IMAGES_TO_MEASURE = 2000;

const HOUR_MS = 60 * 60 * 1000;
/** Time for which the choice of a provider holds, in milliseconds. */
const CHOICE_LIFETIME_MS = 7 * 24 * HOUR_MS;
/** The same where a provider failed in its test: the machine may only have been busy. */
const DOUBTFUL_LIFETIME_MS = HOUR_MS;

/** The choice of a provider, as noted in the store. */
const choiceSchema = z.object({
  provider: z.enum(PROVIDERS).exclude(['auto']),
  file: z.string(),
  trials: z.array(
    z.object({
      provider: z.enum(PROVIDERS).exclude(['auto']),
      used: z.boolean(),
      rejection: z.enum(REJECTIONS).exactOptional(),
      reason: z.string(),
    }),
  ),
  /** Providers that were not tried, since something of theirs was not installed. */
  missing: z.array(z.enum(PROVIDERS).exclude(['auto'])),
  at: z.number(),
});

type StoredChoice = z.infer<typeof choiceSchema>;

/** Measured rates, as noted in the store. */
const tuningSchema = z.object({
  batchSize: z.int().min(1).max(1024),
  rates: z.array(z.object({ file: z.string(), batchSize: z.int(), rate: z.number() })),
  hash: z.string(),
});

const EMBEDDINGS_ONLY =
  "it gives embeddings, by which faces are compared with the features 'embedding'; attributes are of the bundled network";

interface ChosenModel {
  choice: ProviderChoice;
  batchSize: number;
  notices: string[];
  model: string;
  /** Path of a network of embeddings; undefined where the setting names none. */
  embeddingModel: string | undefined;
}

/**
 * A network of embeddings is checked, but attributes are then of the bundled one.
 * @param images number of images to analyze.
 * @returns also the setting `model` as it is used: empty where the bundled network is.
 * @throws UserError where the network, or a provider that is set by name, cannot be used; the
 * signal's reason if it is aborted.
 */
export async function chooseModel(
  given: Pick<AnalysisSettings, 'provider' | 'model' | 'batchSize'>,
  bundled: BundledModels,
  store: FaceStore | undefined,
  images: number,
  signal?: AbortSignal,
): Promise<ChosenModel> {
  // Before any process that must not crash opens it. The bundled networks need no check.
  const info =
    given.model === ''
      ? undefined
      : await checkNetwork(given.model, await fileHash(given.model), { notes: store, signal });
  const isEmbedding = info?.isEmbedding === true;
  const settings = isEmbedding ? { ...given, model: '' } : given;
  const choice = await storedChoice(settings, bundled, store);
  const { provider } = choice;
  // There are two variants of the bundled network; which is faster depends on the CPU.
  const files =
    provider === 'cpu' && settings.model === '' ? [bundled.cpu, bundled.gpu] : [choice.file];
  const tuned =
    settings.batchSize > 0 ? undefined : await storedTuning(files, provider, store, images);
  const file = tuned?.file ?? choice.file;
  const wanted =
    settings.batchSize > 0 ? settings.batchSize : (tuned?.batchSize ?? BATCH_SIZE[provider]);
  const { notices = [] } = info ?? {};
  const batch = isEmbedding ? 1 : (info?.batch ?? 1);
  return {
    choice: { ...choice, file },
    batchSize: Math.ceil(wanted / batch) * batch,
    notices: [...notices, ...(isEmbedding ? [t(EMBEDDINGS_ONLY)] : [])].map((notice) =>
      t("the model '{0}': {1}", basename(given.model), notice),
    ),
    model: settings.model,
    embeddingModel: isEmbedding ? given.model : undefined,
  };
}

async function storedChoice(
  { provider, model }: Pick<AnalysisSettings, 'provider' | 'model'>,
  bundled: BundledModels,
  store: FaceStore | undefined,
): Promise<ProviderChoice> {
  if (provider !== 'auto' || store === undefined)
    return chooseProvider({ provider, model }, bundled);
  const own = model === '' ? '' : `${model} ${await fileHash(model)}`;
  const note = `provider ${hostname()} ${own} ${bundled.gpu}`;
  const stored = store.typedNote(note, choiceSchema);
  if (
    stored !== undefined &&
    Date.now() - stored.at < lifetimeOf(stored) &&
    unavailableReason(stored.provider) === undefined &&
    !isOutdated(stored)
  )
    return stored;
  const choice = await chooseProvider({ provider, model }, bundled);
  const tried = choice.trials.map((trial) => trial.provider);
  const missing = tried.filter((each) => unavailableReason(each) !== undefined);
  store.setNote(note, { ...choice, missing, at: Date.now() } satisfies StoredChoice);
  return choice;
}

const lifetimeOf = ({ trials }: StoredChoice) =>
  trials.some(({ rejection }) => rejection === 'unusable')
    ? DOUBTFUL_LIFETIME_MS
    : CHOICE_LIFETIME_MS;

/** Whether a provider's libraries were installed since the choice. */
const isOutdated = ({ missing }: StoredChoice) =>
  missing.some((provider) => unavailableReason(provider) === undefined);

async function storedTuning(
  files: readonly string[],
  provider: Provider,
  store: FaceStore | undefined,
  images: number,
): Promise<TuningResult | undefined> {
  if (store === undefined) return undefined;
  const hashes = await Promise.all(files.map(fileHash));
  const note = `tuned ${provider} ${BATCH_SIZES[provider].join(' ')} ${cpus()[0]?.model ?? ''} ${hostname()} ${hashes.join(' ')}`;
  const stored = store.typedNote(note, tuningSchema);
  if (stored !== undefined)
    return { ...stored, file: files[hashes.indexOf(stored.hash)] ?? files[0]! };
  if (images < MIN_IMAGES_TO_MEASURE) return undefined;
  const tuned = await tuneInChildProcess(files, provider, provider === 'cpu' ? 1 : 0);
  if (tuned === undefined) return undefined;
  const hash = hashes[files.indexOf(tuned.file)] ?? '';
  store.setNote(note, { batchSize: tuned.batchSize, rates: tuned.rates, hash } satisfies z.infer<
    typeof tuningSchema
  >);
  return tuned;
}
