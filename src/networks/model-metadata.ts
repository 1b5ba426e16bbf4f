/**
 * What an ONNX file says of itself: `metadata_props` of its ModelProto (onnx.proto, field 14),
 * entries of two strings. ONNX Runtime for Node does not show them. `training/faces/onnx_file.py`
 * writes them.
 */
import * as z from 'zod';
import { excerpt, hasHidden } from '../text/excerpt';
import { messageOf, UserError } from '../util/errors';
import { readRegularFile } from '../util/read-regular-file';
import { NETWORK_LIMITS } from './inspect-network';
import { DamagedMessage, FieldReader, textOf } from './protobuf-fields';

const PREFIX = 'face_clusters.';

/** Most characters of a name: names appear in tables, charts and menus. */
const LONGEST_NAME = 200;
/** Most bytes of an entry: 10,000 names of that length, roughly. */
const LONGEST_ENTRY = 4e6;

const MOST = NETWORK_LIMITS.outputs;

const attributeName = z
  .string()
  .min(1, 'expected a name, got an empty text')
  .max(LONGEST_NAME, `expected a name of at most ${LONGEST_NAME} characters`)
  .refine(
    (name) => !hasHidden(name),
    'expected a name without newlines and other control characters',
  );

const schema = z.object({
  /** Names of the outputs, in order. */
  attributes: z
    .array(attributeName)
    .min(1)
    .max(MOST)
    .refine(
      (names) => new Set(names).size === names.length,
      'expected a different name for each output, got one of them twice',
    )
    .optional(),
  /** How an aligned image becomes the input. */
  framing: z
    .object({ width: z.int().positive(), height: z.int().positive(), stretch: z.boolean() })
    .optional(),
  /** How often each attribute occurs in what the network was trained on. */
  frequencies: z.array(z.number().min(0).max(1)).max(MOST).optional(),
  /**
   * Probability from which each attribute counts as present; `balanced` recognises both of its
   * values equally well.
   */
  thresholds: z.object({ balanced: z.array(z.number().gt(0).lt(1)).max(MOST) }).optional(),
});

/** All of it is optional: files of others have none of it. */
export type ModelMetadata = z.infer<typeof schema>;

/**
 * @throws UserError naming the file and the entry that is not what it should be; a system error
 * where it cannot be read.
 */
export async function readModelMetadata(file: string): Promise<ModelMetadata> {
  return metadataIn(await readRegularFile(file, NETWORK_LIMITS.bytes), file);
}

/**
 * @param bytes of the file, and `file` its name for messages.
 * @throws UserError naming the file and the entry that is not what it should be.
 */
export function metadataIn(bytes: Uint8Array, file: string): ModelMetadata {
  const refuse = (entry: string, reason: string, cause?: unknown) =>
    new UserError(`the model '${file}' cannot be used: its metadata '${PREFIX}${entry}'${reason}`, {
      cause,
    });
  const entries = metadataEntries(bytes);
  const found: Record<string, unknown> = {};
  for (const name of Object.keys(schema.shape)) {
    const value = entries.get(PREFIX + name);
    if (value === undefined) continue;
    if (value.length > LONGEST_ENTRY)
      throw refuse(name, ` is longer than ${LONGEST_ENTRY.toLocaleString('en')} bytes`);
    try {
      found[name] = JSON.parse(textOf(value, LONGEST_ENTRY));
    } catch (error) {
      throw refuse(name, ` is not JSON: ${excerpt(messageOf(error), 200)}`, error);
    }
  }
  const result = schema.safeParse(found);
  if (!result.success) {
    const [issue] = result.error.issues;
    throw refuse(issue?.path.join('.') ?? '', `: ${issue?.message ?? ''}`);
  }
  return result.data;
}

/**
 * Entries of this project; none if the file is not a ModelProto, for which the runtime has the
 * better message.
 */
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
        if (field === 1) key = part.length > LONGEST_NAME ? '' : textOf(part);
        if (field === 2) value = part;
      });
      if (key.startsWith(PREFIX)) entries.set(key, value);
    });
  } catch (error) {
    if (error instanceof DamagedMessage) return new Map();
    throw error;
  }
  return entries;
}
