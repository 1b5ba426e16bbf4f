/**
 * Merges weights that are stored in other files (ONNX's external data) into the network, so that
 * what is inspected, hashed and run is one piece. Where they lie is written in the file, which may
 * be hostile: only regular files in the network's own folder are read, and no more than they hold.
 * Field numbers are those of onnx.proto (ONNX 1.19).
 */
import { realpath } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, sep } from 'node:path';
import { excerpt } from '../text/excerpt';
import { count } from '../text/numbers';
import { megabytes } from '../text/sizes';
import { t } from '../text/translate';
import { codeOf, messageOf, UserError } from '../util/errors';
import { readRegularFile } from '../util/read-regular-file';
import { NETWORK_LIMITS } from './network-limits';
import { DamagedMessage, FieldReader, messageIn, textOf } from './protobuf-fields';
import { bytesField, type Pieces, rewritePieces } from './rewrite-message';

/** Files that the weights of a network may be in. Old exports of PyTorch have one for each. */
const MAX_FILES = 4096;

/** Where the values of a tensor are. */
interface Place {
  location: string;
  /** In bytes. */
  offset: number;
  /** In bytes; undefined for the rest of the file. */
  length: number | undefined;
}

export interface MergedNetwork {
  bytes: Uint8Array;
  /** Paths of the other files. */
  files: string[];
}

/**
 * @param bytes content of `file`, not inspected yet.
 * @returns the bytes themselves where no weights are in other files, or where they are no ONNX
 * file.
 * @throws UserError, which does not name `file`, where weights are missing, or are in places that
 * are not read; the signal's reason if it is aborted.
 */
export async function mergeExternalData(
  file: string,
  bytes: Uint8Array,
  signal?: AbortSignal,
): Promise<MergedNetwork> {
  let locations: Set<string>;
  try {
    locations = locationsIn(bytes);
  } catch (error) {
    if (error instanceof DamagedMessage) return { bytes, files: [] }; // `inspectNetwork` says why
    throw error;
  }
  if (locations.size === 0) return { bytes, files: [] };
  if (locations.size > MAX_FILES) {
    throw new UserError(
      t(
        'its weights are in {0} other files; expected at most {1}',
        count(locations.size),
        count(MAX_FILES),
      ),
    );
  }
  const { contents, files } = await readLocations(file, bytes.length, locations, signal);
  return { bytes: merged(bytes, contents), files };
}

async function readLocations(
  file: string,
  size: number,
  locations: ReadonlySet<string>,
  signal: AbortSignal | undefined,
): Promise<{ contents: Map<string, Uint8Array>; files: string[] }> {
  const contents = new Map<string, Uint8Array>();
  const files: string[] = [];
  let left = NETWORK_LIMITS.bytes - size;
  for (const location of locations) {
    const path = await pathOf(file, location);
    try {
      const content = await readRegularFile(path, left, signal);
      contents.set(location, content);
      left -= content.length;
    } catch (error) {
      signal?.throwIfAborted();
      throw refused(location, t('cannot be read: {0}', messageOf(error)), error);
    }
    files.push(path);
  }
  return { contents, files };
}

const refused = (location: string, reason: string, cause?: unknown) =>
  new UserError(t("the file '{0}' with its weights {1}", excerpt(location), reason), { cause });

/**
 * The real path of a file of weights. It has to be in the folder of the network, or, where the
 * network is a link (as in the cache of Hugging Face), in the folder that the link leads to.
 */
async function pathOf(file: string, location: string): Promise<string> {
  const parts = location.split(/[/\\]/);
  const outside =
    isAbsolute(location) || /^[a-z]:|\0/i.test(location) || parts.includes('..') || location === '';
  if (outside || parts[0] === '')
    throw refused(location, t('is not in the folder of the network, and is not read'));
  let path: string;
  try {
    path = await realpath(join(dirname(file), ...parts));
  } catch (error) {
    const missing = codeOf(error) === 'ENOENT';
    throw refused(
      location,
      missing
        ? t('is missing: put it beside the network')
        : t('cannot be read: {0}', messageOf(error)),
      error,
    );
  }
  const folders = [await realpath(dirname(file)), dirname(await realpath(file))];
  if (!folders.some((folder) => isInside(folder, path)))
    throw refused(
      location,
      t('is a link that leads out of the folder of the network, and is not read'),
    );
  return path;
}

function isInside(folder: string, path: string): boolean {
  const below = relative(folder, path);
  return below !== '..' && !below.startsWith(`..${sep}`) && !isAbsolute(below);
}

/** Names of the files that weights are in. */
function locationsIn(bytes: Uint8Array): Set<string> {
  const reader = new FieldReader();
  const locations = new Set<string>();
  const ofTensor = (tensor: Uint8Array) => {
    const place = placeOf(tensor, reader);
    if (place !== undefined) locations.add(place.location);
  };
  reader.read(bytes, (field, graph) => {
    if (field !== 7) return;
    reader.read(messageIn(graph), (part, value) => {
      if (part === 5) ofTensor(messageIn(value));
      if (part !== 1) return;
      reader.read(messageIn(value), (ofNode, attribute) => {
        if (ofNode !== 5) return;
        reader.read(messageIn(attribute), (ofAttribute, tensor) => {
          if (ofAttribute === 5 || ofAttribute === 10) ofTensor(messageIn(tensor));
        });
      });
    });
  });
  return locations;
}

/** @returns undefined where the values are in the tensor itself. */
function placeOf(tensor: Uint8Array, reader: FieldReader): Place | undefined {
  const places: unknown[] = [];
  const entries = new Map<string, string>();
  reader.read(tensor, (field, value) => {
    if (field === 14 && value !== 0) places.push(value);
    if (field !== 13) return;
    let key = '';
    reader.read(messageIn(value), (part, text) => {
      if (part === 1) key = textOf(text);
      if (part === 2) entries.set(key, textOf(text));
    });
  });
  const location = entries.get('location');
  // Of what is not in any file, `inspectNetwork` says what is wrong.
  if (places.length === 0 || location === undefined) return undefined;
  return {
    location,
    offset: lengthIn(entries, 'offset') ?? 0,
    length: lengthIn(entries, 'length'),
  };
}

function lengthIn(entries: ReadonlyMap<string, string>, key: string): number | undefined {
  const text = entries.get(key);
  if (text === undefined) return undefined;
  if (!/^\d{1,15}$/.test(text))
    throw new UserError(
      t(
        "its weights in another file have the {0} '{1}': expected a number of bytes",
        key,
        excerpt(text, 30),
      ),
    );
  return Number(text);
}

function merged(bytes: Uint8Array, contents: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const reader = new FieldReader();
  let left = NETWORK_LIMITS.bytes;
  const tensor = (value: Uint8Array): Uint8Array | Pieces => {
    const place = placeOf(value, reader);
    if (place === undefined) return value;
    const data = valuesAt(place, contents.get(place.location)!);
    left -= data.length; // tensors may share their values
    if (left < 0)
      throw new UserError(t('its weights have more than {0}', megabytes(NETWORK_LIMITS.bytes)));
    const drop = () => undefined;
    return [...rewritePieces(value, { 13: drop }, { 14: drop }), ...bytesField(9, data)];
  };
  return Buffer.concat(
    rewritePieces(bytes, {
      7: (graph) =>
        rewritePieces(graph, {
          1: (node) =>
            rewritePieces(node, { 5: (each) => rewritePieces(each, { 5: tensor, 10: tensor }) }),
          5: tensor,
        }),
    }),
  );
}

function valuesAt({ location, offset, length }: Place, content: Uint8Array): Uint8Array {
  const end = length === undefined ? content.length : offset + length;
  if (offset > content.length || end > content.length) {
    throw refused(
      location,
      t(
        'has {0}, but bytes up to {1} are needed: it is cut short, or belongs to another network',
        megabytes(content.length),
        count(Math.max(offset, end)),
      ),
    );
  }
  return content.subarray(offset, end);
}
