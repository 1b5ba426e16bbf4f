/**
 * The metadata of an ONNX file: `metadata_props` of its ModelProto (onnx.proto, field 14), entries
 * of two strings. ONNX Runtime's API for Node does not include them. `training/faces/onnx_file.py`
 * writes them.
 */
import * as z from 'zod';
import { excerpt } from '../text/excerpt';
import { count } from '../text/numbers';
import { t } from '../text/translate';
import { messageOf, UserError } from '../util/errors';
import { readRegularFile } from '../util/read-regular-file';
import { checkNames } from './check-names';
import { NETWORK_LIMITS } from './network-limits';
import { DamagedMessage, FieldReader, textOf } from './protobuf-fields';

const PREFIX = 'face_clusters.';

/** Bytes of an entry, at most: enough for 10,000 names of 200 characters, with their quotes. */
const MAX_ENTRY_BYTES = 4e6;
/** Characters of a key that is read, at most. */
const MAX_KEY_LENGTH = 200;

const MAX_OUTPUTS = NETWORK_LIMITS.outputs;

const schema = z.object({
  /** Names of the outputs, in order. */
  attributes: z.array(z.string()).min(1).max(MAX_OUTPUTS).optional(),
  /** Size of the input, and how aligned images are framed for it. */
  framing: z
    .object({ width: z.int().positive(), height: z.int().positive(), stretch: z.boolean() })
    .optional(),
  /** Share of the training images that have each attribute, in [0, 1]. */
  frequencies: z.array(z.number().min(0).max(1)).max(MAX_OUTPUTS).optional(),
  /**
   * Probabilities from which the attributes count as present. `balanced` thresholds recognize the
   * presence and the absence of an attribute equally well.
   */
  thresholds: z.object({ balanced: z.array(z.number().gt(0).lt(1)).max(MAX_OUTPUTS) }).optional(),
});

/** All entries are optional: files from elsewhere have none. */
export type ModelMetadata = z.infer<typeof schema>;

/**
 * @throws UserError naming the file and the invalid entry; a system error where it is unreadable.
 */
export async function readModelMetadata(file: string): Promise<ModelMetadata> {
  return metadataIn(await readRegularFile(file, NETWORK_LIMITS.bytes), file);
}

/**
 * @param bytes content of the file.
 * @param file its name for messages.
 * @param except entries that are not read, since they do not count.
 * @throws UserError naming the file and the invalid entry.
 */
export function metadataIn(
  bytes: Uint8Array,
  file: string,
  except: readonly (keyof ModelMetadata)[] = [],
): ModelMetadata {
  const refuse = (reason: string, cause?: unknown) =>
    new UserError(t("the model '{0}' cannot be used: {1}", file, reason), { cause });
  const entries = metadataEntries(bytes);
  const found: Record<string, unknown> = {};
  for (const name of Object.keys(schema.shape)) {
    const value = entries.get(PREFIX + name);
    if (value === undefined || except.some((each) => each === name)) continue;
    if (value.length > MAX_ENTRY_BYTES)
      throw refuse(
        t("its metadata '{0}' is longer than {1} bytes", PREFIX + name, count(MAX_ENTRY_BYTES)),
      );
    try {
      found[name] = JSON.parse(textOf(value, MAX_ENTRY_BYTES));
    } catch (error) {
      const problem = excerpt(messageOf(error), 200);
      throw refuse(t("its metadata '{0}' is not JSON: {1}", PREFIX + name, problem), error);
    }
  }
  const result = schema.safeParse(found);
  if (!result.success) {
    const [issue] = result.error.issues;
    const name = issue?.path.join('.') ?? '';
    throw refuse(t("its metadata '{0}': {1}", PREFIX + name, issue?.message ?? ''));
  }
  const { attributes } = result.data;
  if (attributes !== undefined)
    checkNames(
      attributes,
      t(
        "the model '{0}' cannot be used: {1}",
        file,
        t("its metadata '{0}'", `${PREFIX}attributes`),
      ),
    );
  return result.data;
}

/** All entries whose key and text are not too long. */
export function metadataTexts(bytes: Uint8Array): Map<string, string> {
  const entries = [...metadataEntries(bytes)].filter(([, { length }]) => length <= MAX_ENTRY_BYTES);
  return new Map(entries.map(([key, value]) => [key, textOf(value, MAX_ENTRY_BYTES)]));
}

/** None if the file is not a ModelProto, for which ONNX Runtime has the better error message. */
function metadataEntries(bytes: Uint8Array): Map<string, Uint8Array> {
  const entries = new Map<string, Uint8Array>();
  const reader = new FieldReader();
  try {
    reader.read(bytes, (tag, entry) => {
      if (tag !== 14 || typeof entry === 'number') return;
      let key = '';
      let value: Uint8Array = new Uint8Array();
      reader.read(entry, (field, part) => {
        if (typeof part === 'number') return;
        if (field === 1) key = part.length > MAX_KEY_LENGTH ? '' : textOf(part);
        if (field === 2) value = part;
      });
      entries.set(key, value);
    });
  } catch (error) {
    if (error instanceof DamagedMessage) return new Map();
    throw error;
  }
  return entries;
}
