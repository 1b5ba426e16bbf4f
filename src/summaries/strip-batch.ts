/** What a worker thread takes from some strips of crops for the pictures of clusters. */
import type { CropSize } from '../domain/faces';
import { releaseBuffer } from '../images/buffer-pool';
import { reduceBox } from '../images/crop';
import { decodeStrip, encodeRgb } from '../images/crop-strips';
import type { Pixels } from '../images/pixels';
import type { CropRow } from '../runs/crop-reader';
import { t } from '../text/translate';
import { messageOf } from '../util/errors';
import { addFaces } from './add-faces';
import { writeLook } from './copies/look';

/**
 * JPEG quality of the single faces in a page, which shows them smaller than they are and holds many
 * of them: lower than of those that the panel is given.
 */
const CARD_QUALITY = 75;

/**
 * Where the faces go, by their rows, in memory that threads share. −1: the face is not wanted for
 * this.
 */
export interface Destinations {
  /** Cluster to whose sum a face is added. */
  sum: Int32Array;
  /** Place of its gray values among the samples. */
  sample: Int32Array;
  /** Place of its pixels among the tiles. */
  tile: Int32Array;
  /** At least 0 if a JPEG of the face is wanted. */
  card: Int32Array;
}

/** What is made of the faces, in memory that threads share. All but the sums have one writer. */
export interface Collected {
  /** Of this task's lane alone: `[clusters, pixels, 3]` sums of RGB. */
  sums: Uint32Array;
  /** `[samples, pixels]` gray values. */
  samples: Uint8Array;
  /** `[tiles, pixels, 3]` RGB. */
  tiles: Uint8Array;
  /** `[faces, LOOK]`; empty where they are not wanted. */
  looks: Uint8Array;
}

export interface StripBatch {
  strips: { jpeg: Uint8Array; faces: readonly CropRow[] }[];
  /** Of a crop. */
  size: CropSize;
  /** Width and height are divided by it, for all but the cards. */
  reduction: number;
  destinations: Destinations;
  collected: Collected;
}

interface Card {
  row: number;
  jpeg: Uint8Array<ArrayBuffer>;
}

/** @returns the cards, or the first strip that is damaged. */
export type BatchResult = { cards: Card[] } | { strip: number; damage: string };

export async function collectStrips(batch: StripBatch): Promise<BatchResult> {
  const { strips, size } = batch;
  const cards: Card[] = [];
  const summed = new Map<number, Uint8Array[]>();
  for (const [strip, { jpeg, faces }] of strips.entries()) {
    let pixels: Pixels;
    try {
      pixels = await decodeStrip(jpeg, size);
    } catch (error) {
      return { strip, damage: messageOf(error) };
    }
    for (const { row, at } of faces) {
      if ((at + 1) * size.height > pixels.height)
        return { strip, damage: t('it has no face {0}', at + 1) };
      collectFace(batch, { pixels, row, at }, summed);
      if (batch.destinations.card[row]! < 0) continue;
      const face = faceBytes(pixels, size, at);
      cards.push({ row, jpeg: await encodeRgb(face, size.width, size.height, CARD_QUALITY) });
    }
    releaseBuffer(pixels.data);
  }
  for (const [cluster, faces] of summed) {
    const { length } = faces[0]!;
    addFaces(faces, batch.collected.sums.subarray(cluster * length, (cluster + 1) * length));
    faces.forEach(releaseBuffer);
  }
  return { cards };
}

/** @param summed faces that are to be added to a cluster's sum, by cluster. */
function collectFace(
  { size, reduction, destinations, collected }: StripBatch,
  { pixels, row, at }: CropRow & { pixels: Pixels },
  summed: Map<number, Uint8Array[]>,
): void {
  const cluster = destinations.sum[row]!;
  const sample = destinations.sample[row]!;
  const tile = destinations.tile[row]!;
  const { looks } = collected;
  if (cluster < 0 && tile < 0 && looks.length === 0) return;
  const { data, ...reduced } = reduceBox(pixels, { x: 0, y: at * size.height, ...size }, reduction);
  if (sample >= 0) toGray(data, collected.samples, (sample * data.length) / 3);
  if (looks.length > 0) writeLook(data, reduced, looks, row);
  if (tile >= 0) collected.tiles.set(data, tile * data.length);
  const others = summed.get(cluster);
  if (cluster < 0) releaseBuffer(data);
  else if (others === undefined) summed.set(cluster, [data]);
  else others.push(data);
}

function faceBytes({ data }: Pixels, { width, height }: CropSize, at: number): Buffer {
  const bytes = width * height * 3;
  return Buffer.from(data.buffer, data.byteOffset + at * bytes, bytes);
}

/** Luma of Rec. 601, rounded. */
export function toGray(face: Uint8Array, gray: Uint8Array, from: number) {
  for (let p = from, i = 0; i < face.length; p++, i += 3)
    gray[p] = (face[i]! * 77 + face[i + 1]! * 150 + face[i + 2]! * 29 + 128) >> 8;
}
