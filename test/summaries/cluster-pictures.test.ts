import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import type { CropSize } from '../../src/domain/faces';
import { encodeStrips, facePlaces } from '../../src/images/crop-strips';
import { CropReader } from '../../src/runs/crop-reader';
import { CropWriter } from '../../src/runs/crop-writer';
import { DamagedRun } from '../../src/runs/run-schemas';
import { clusterPictures, type PictureContext } from '../../src/summaries/cluster-pictures';
import type { Members } from '../../src/runs/pictures-file';
import { sampleMembers } from '../../src/summaries/sample-members';
import { pictureTasks } from '../../src/summaries/picture-tasks';
import { CancelledError } from '../../src/util/errors';
import { temporaryFolder } from '../support/images';
import { random } from '../support/vectors';

const ALL = { eigenfaces: true, montages: true, cards: 2 };
const here: PictureContext = {
  run: (name, params) => pictureTasks[name](params, {}),
  threads: 2,
};

/** Crops of smooth colors, so that JPEG keeps their levels. */
async function writeCrops(count: number, size: CropSize): Promise<CropReader> {
  const folder = await temporaryFolder();
  const writer = await CropWriter.create(folder, size);
  const next = random(count);
  const pixels = Buffer.concat(
    Array.from({ length: count }, () => {
      const color = [next() * 255, next() * 255, next() * 255];
      return Buffer.alloc(size.width * size.height * 3, Buffer.from(color));
    }),
  );
  const strips = await encodeStrips(pixels, new Array<number>(count).fill(1), size);
  for (const { jpeg } of strips) await writer.appendStrip(jpeg);
  for (const { strip, at } of facePlaces(strips)) writer.place(strip, at);
  await writer.finish();
  return CropReader.open(folder);
}

/** The faces in turn, the last ones first. */
const inTurn = (faces: number, clusters: number): Members[] =>
  Array.from({ length: clusters }, (_, cluster) => ({
    cluster,
    rows: Int32Array.from(
      Array.from({ length: faces }, (_, row) => row).filter((row) => row % clusters === cluster),
    ).reverse(),
  }));

const pixelsOf = (image: Uint8Array) => sharp(image).removeAlpha().raw().toBuffer();

async function meanOf(crops: CropReader, rows: Int32Array): Promise<number[]> {
  const faces = await crops.faces(Array.from(rows));
  return [0, 1, 2].map(
    (channel) =>
      faces.reduce((sum, face) => {
        let own = 0;
        for (let i = channel; i < face.length; i += 3) own += face[i]!;
        return sum + (own * 3) / face.length;
      }, 0) / faces.length,
  );
}

describe('clusterPictures', () => {
  it.each([
    ['even', { width: 16, height: 24 }],
    ['odd', { width: 31, height: 17 }],
    ['tiny', { width: 1, height: 2 }],
    ['large', { width: 300, height: 140 }],
  ])('averages all faces of a cluster, of %s crops', async (_, size) => {
    const crops = await writeCrops(37, size); // two strips and a part of one
    const members = inTurn(37, 2);
    const { eigenfaces } = await clusterPictures(crops, members, ALL, here);
    for (const [i, { rows }] of members.entries()) {
      const { channels } = await sharp(eigenfaces[i]!.eigenface).stats();
      const expected = await meanOf(crops, rows);
      channels.slice(0, 3).forEach(({ mean }, c) => {
        expect(Math.abs(mean - expected[c]!)).toBeLessThan(1);
      });
      expect(await sharp(eigenfaces[i]!.eigenface).metadata()).toMatchObject({
        ...size,
        format: 'png',
      });
    }
  });

  it('shows the most typical faces, and gives JPEGs of them', async () => {
    const crops = await writeCrops(60, { width: 32, height: 32 });
    const [only] = inTurn(60, 1);
    const { montages, cards } = await clusterPictures(crops, [only!], ALL, here);
    expect([...cards.keys()].sort((a, b) => a - b)).toEqual([58, 59]);
    const center = (16 * 32 + 16) * 3; // at the edges, JPEG mixes the colors of neighbors
    const sheet = await pixelsOf(montages.get(0)!);
    const faces = await crops.faces(Array.from(only!.rows));
    expect(sheet).toHaveLength(160 * 96 * 3); // 10 columns, 6 rows of 16×16
    for (const [i, face] of faces.entries()) {
      const at = ((Math.floor(i / 10) * 16 + 8) * 160 + (i % 10) * 16 + 8) * 3;
      for (const c of [0, 1, 2])
        expect(Math.abs(sheet[at + c]! - face[center + c]!)).toBeLessThan(8);
    }
    const card = await pixelsOf(cards.get(59)!);
    expect(card).toHaveLength(32 * 32 * 3);
    expect(Math.abs(card[center]! - faces[0]![center]!)).toBeLessThan(8);
  });

  it('makes the same, however many clusters there are at a time', async () => {
    const crops = await writeCrops(150, { width: 160, height: 192 });
    const members = inTurn(150, 60); // montages of 27 clusters fit into memory
    const many = await clusterPictures(crops, members, ALL, here);
    expect(many.eigenfaces.map(({ cluster }) => cluster)).toEqual(
      members.map(({ cluster }) => cluster),
    );
    expect(many.cards.size).toBe(120);
    for (const cluster of [0, 26, 27, 59]) {
      const alone = await clusterPictures(crops, [members[cluster]!], ALL, here);
      expect(many.eigenfaces[cluster]).toEqual(alone.eigenfaces[0]);
      expect(many.montages.get(cluster)).toEqual(alone.montages.get(cluster));
    }
  });

  it('tells how far it is', async () => {
    const crops = await writeCrops(300, { width: 8, height: 8 });
    const steps: number[] = [];
    const onProgress = (done: number, total: number) => void steps.push(done / total);
    await clusterPictures(crops, inTurn(300, 3), ALL, { ...here, onProgress });
    expect(steps.length).toBeGreaterThan(1);
    expect(steps).toEqual([...steps].sort((a, b) => a - b));
    expect(steps.at(-1)).toBe(1);
  });

  it('ends with the reason of a cancel', async () => {
    const crops = await writeCrops(2000, { width: 8, height: 8 });
    const controller = new AbortController();
    const onProgress = () => {
      controller.abort(new CancelledError());
    };
    const context = { ...here, signal: controller.signal, onProgress };
    await expect(clusterPictures(crops, inTurn(2000, 3), ALL, context)).rejects.toThrow(
      CancelledError,
    );
  });

  it('names a strip that holds fewer faces than the index says', async () => {
    const folder = await temporaryFolder();
    const size = { width: 16, height: 16 };
    const writer = await CropWriter.create(folder, size);
    const [strip] = await encodeStrips(Buffer.alloc(16 * 16 * 3 * 2), [1, 1], size);
    await writer.appendStrip(strip!.jpeg);
    for (const at of [0, 1, 2]) writer.place(0, at);
    await writer.finish();
    const crops = await CropReader.open(folder);
    const pictures = clusterPictures(crops, inTurn(3, 1), ALL, here);
    await expect(pictures).rejects.toThrow(DamagedRun);
    await expect(pictures).rejects.toThrow(/strip 0: it has no face 3/);
    await expect(crops.jpegs([2])).rejects.toThrow(/strip 0: it has no face 3/);
  });

  it('reads strips that are no plain JPEGs, and names what is no image', async () => {
    const folder = await temporaryFolder();
    const size = { width: 16, height: 16 };
    const writer = await CropWriter.create(folder, size);
    const gray = sharp({ create: { ...size, channels: 3, background: '#808080' } });
    await writer.appendStrip(new Uint8Array(await gray.png().toBuffer()));
    await writer.appendStrip(new Uint8Array(Buffer.from('no image')));
    writer.place(0, 0);
    writer.place(1, 0);
    await writer.finish();
    const crops = await CropReader.open(folder);
    const of = (rows: number[]) =>
      clusterPictures(crops, [{ cluster: 0, rows: Int32Array.from(rows) }], ALL, here);
    const { channels } = await sharp((await of([0])).eigenfaces[0]!.eigenface).stats();
    expect(channels[0]!.mean).toBe(128);
    await expect(of([0, 1])).rejects.toThrow(/crops\.bin.*strip 1/s);
  });
});

describe('sampleMembers', () => {
  it('takes whole strips, spread over the run, and every cluster that has a face there', async () => {
    const crops = await writeCrops(200, { width: 8, height: 8 });
    const last = { cluster: 9, rows: Int32Array.of(180) };
    const sampled = sampleMembers([...inTurn(200, 3), last], crops, 50);
    expect(sampled.map(({ cluster }) => cluster)).toEqual([0, 1, 2]);
    const rows = sampled.flatMap((each) => Array.from(each.rows)).sort((a, b) => a - b);
    const strips = new Set(rows.map((row) => crops.stripOf(row)));
    expect(strips.size).toBeGreaterThan(2);
    const inStrips = [...strips].flatMap((strip) => crops.rowsOf(strip).map(({ row }) => row));
    expect(rows).toEqual(inStrips);
    expect(rows.length).toBeLessThan(80);
    expect(sampleMembers(inTurn(200, 3), crops, 200)).toEqual(inTurn(200, 3));
  });
});
