/**
 * What an ONNX file says of itself: `metadata_props` of its ModelProto (onnx.proto, field 14), entries of two strings. ONNX Runtime for Node does
 * not show them. `training/faces/onnx_file.py` writes them.
 */
import { readFile } from 'node:fs/promises';
import { PbfReader } from 'pbf';
import * as z from 'zod';
import { messageOf, UserError } from '../errors';

const PREFIX = 'face_clusters.';

const schema = z.object({
  /** Names of the outputs, in order. */
  attributes: z.array(z.string().min(1)).min(1).optional(),
  /** How an aligned image becomes the input. */
  framing: z.object({ width: z.int().positive(), height: z.int().positive(), stretch: z.boolean() }).optional(),
  /** How often each attribute occurs in what the network was trained on. */
  frequencies: z.array(z.number().min(0).max(1)).optional(),
  /** Probability from which each attribute counts as present; `balanced` recognises both of its values equally well. */
  thresholds: z.object({ balanced: z.array(z.number().gt(0).lt(1)) }).optional(),
});

/** All of it is optional: files of others have none of it. */
export type ModelMetadata = z.infer<typeof schema>;

/** @throws UserError naming the file and the entry that is not what it should be. */
export async function readModelMetadata(file: string): Promise<ModelMetadata> {
  const entries = metadataEntries(await readFile(file));
  const found: Record<string, unknown> = {};
  for (const name of Object.keys(schema.shape)) {
    const text = entries.get(PREFIX + name);
    if (text === undefined) continue;
    try {
      found[name] = JSON.parse(text);
    } catch (error) {
      throw new UserError(`the model '${file}' cannot be used: its metadata '${PREFIX}${name}' is not JSON: ${messageOf(error)}`, {
        cause: error,
      });
    }
  }
  const result = schema.safeParse(found);
  if (!result.success) {
    const [issue] = result.error.issues;
    throw new UserError(
      `the model '${file}' cannot be used: its metadata '${PREFIX}${issue?.path.join('.') ?? ''}': ${issue?.message ?? ''}`,
    );
  }
  return result.data;
}

/** Entries of a ModelProto; empty for what is none, which the runtime tells of better. */
function metadataEntries(bytes: Uint8Array): Map<string, string> {
  const entries = new Map<string, string>();
  try {
    new PbfReader(bytes).readFields((tag, _, model) => {
      if (tag !== 14) return;
      const entry = model.readMessage(
        (field, read, entryReader) => {
          if (field === 1) read.key = entryReader.readString();
          if (field === 2) read.value = entryReader.readString();
        },
        { key: '', value: '' },
      );
      entries.set(entry.key, entry.value);
    }, undefined);
  } catch {
    return new Map(); // not a protocol buffer
  }
  return entries;
}
