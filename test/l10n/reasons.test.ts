/** Reasons are made by the engine in English, and shown in German: real ones of each kind. */
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decodePixels } from '../../src/images/decode';
import { encodedImage, readBytes } from '../../src/images/encoded-image';
import { DEFAULT_IMAGE_LIMITS, type ImageLimits } from '../../src/images/image-limits';
import { scanImages } from '../../src/images/scan-folders';
import { said } from '../../src/text/said';
import { messageOf } from '../../src/util/errors';
import { noise, temporaryFolder, writeFiles } from '../support/images';
import { speakEnglish, speakGerman } from '../support/language';
import { bitmap } from '../support/bitmaps';

beforeEach(speakEnglish);
afterEach(speakEnglish);

/** The English message of a failure, and what a German window shows. */
async function reasonOf(work: () => unknown): Promise<[english: string, german: string]> {
  const error: unknown = await Promise.resolve()
    .then(work)
    .then(
      () => new Error('it did not fail'),
      (reason: unknown) => reason,
    );
  const english = messageOf(error);
  return [english, inGerman(english)];
}

function inGerman(english: string): string {
  speakGerman();
  const german = said(english);
  speakEnglish();
  return german;
}

const decoding = (bytes: Buffer, limits: Partial<ImageLimits> = {}) =>
  reasonOf(async () =>
    decodePixels(await encodedImage(bytes, { ...DEFAULT_IMAGE_LIMITS, ...limits }), 1000),
  );

const png = await noise(64, 48).png().toBuffer();
const jpeg = await noise(64, 48).jpeg().toBuffer();

describe('reasons of images that cannot be used', () => {
  it('of images that are cut short', async () => {
    const [english, german] = await decoding(png.subarray(0, 1500));
    expect(english).toMatch(/^the PNG is cut short: its chunk IDAT ends at byte .*has 1,500$/);
    expect(german).toMatch(
      /^die Datei \(PNG\) ist abgeschnitten: ihr Abschnitt IDAT endet bei Byte [\d.]+, die Datei hat 1\.500$/,
    );
    expect((await decoding(jpeg.subarray(0, 900)))[1]).toBe(
      'die Datei (JPEG) ist abgeschnitten: die Endmarkierung fehlt',
    );
  });

  it('of files that are no images', async () => {
    expect((await decoding(Buffer.alloc(0)))[1]).toBe('die Datei ist leer (0 Bytes)');
    const [english, german] = await decoding(Buffer.from('<!doctype html><html></html>'));
    expect(english).toMatch(/it is a web page, none of JPEG, .*, raw files of cameras$/);
    expect(german).toMatch(
      /^kein Bild, das gelesen werden kann: es ist eine Webseite, keines von JPEG, .*, Rohdaten von Kameras$/,
    );
    expect((await decoding(Buffer.from('only some text')))[1]).toMatch(/der Inhalt ist keines von/);
  });

  it('of sizes and limits', async () => {
    expect(await decoding(await noise(8, 8).png().toBuffer())).toEqual([
      'too small: expected at least 16×16 pixels, got 8×8',
      'zu klein: erwartet werden mindestens 16×16 Pixel, es sind 8×8',
    ]);
    expect(await decoding(jpeg, { pixels: 1500 })).toEqual([
      'too large: expected at most 0 megapixels (setting maxImageMegapixels), got 64×48',
      'zu groß: erwartet werden höchstens 0 Megapixel (Einstellung maxImageMegapixels), es sind 64×48',
    ]);
    const large = await sharp({
      create: { width: 2000, height: 1000, channels: 3, background: 'red' },
    })
      .jpeg({ progressive: true })
      .toBuffer();
    expect((await decoding(large, { pixels: 6e6 }))[1]).toBe(
      'zu groß: erwartet werden höchstens 1,5 Megapixel in einem progressiven JPEG (Einstellung maxImageMegapixels), es sind 2000×1000',
    );
    expect((await decoding(large, { memoryBytes: 5e6 }))[1]).toBe(
      'das Decodieren braucht bis zu 22 MB Speicher: erwartet werden höchstens 5 MB (Einstellung maxImageMemory)',
    );
  });

  it('of formats with decoders of their own', async () => {
    const bytes = bitmap(32, 32, { bits: 24 });
    expect((await decoding(bytes.subarray(0, 500)))[1]).toBe(
      'es ist eine BMP-Datei, beschädigt oder abgeschnitten (Zeilen fehlen)',
    );
    bytes.writeUInt32LE(4, 30);
    expect((await decoding(bytes))[1]).toBe(
      'es ist eine BMP-Datei, deren Inhalt nicht gelesen werden kann (ein JPEG): Speichern Sie das Bild als PNG',
    );
    expect((await decoding(Buffer.from('P6\n32 x\n255\n')))[1]).toBe(
      'es ist ein Bild der PNM-Familie, beschädigt oder abgeschnitten (erwartet wird eine ganze Zahl bis 2147483647, nicht „x“)',
    );
  });

  it('of files and folders that cannot be read', async () => {
    const folder = await temporaryFolder();
    await writeFiles(folder, { 'a.jpg': jpeg });
    const missing = join(folder, 'missing');
    expect(await reasonOf(() => scanImages([missing]))).toEqual([
      `cannot read the folder '${missing}': it does not exist`,
      `der Ordner „${missing}“ kann nicht gelesen werden: es ist nicht vorhanden`,
    ]);
    expect((await reasonOf(() => readBytes({ path: missing })))[1]).toBe(
      'die Datei war da, als der Ordner aufgelistet wurde, und ist jetzt weg',
    );
    expect((await reasonOf(() => readBytes({ path: folder })))[1]).toBe(
      'die Datei kann nicht gelesen werden: es ist ein Ordner: erwartet wird eine gewöhnliche Datei',
    );
    expect(
      (await reasonOf(() => readBytes({ path: join(folder, 'a.jpg') }, { fileBytes: 100 })))[1],
    ).toMatch(/^die Datei kann nicht gelesen werden: die Datei hat [\d.]+ Bytes: erwartet werden/);
  });
});
