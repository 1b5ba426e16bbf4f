/** Reasons are made by the engine in English, and shown in German: real ones of each kind. */
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { distinctVectors } from '../../src/clustering/distinct';
import { runHere } from '../../src/clustering/tasks';
import { parseSettings } from '../../src/domain/settings';
import { partitionVectors } from '../../src/engine/clustering/group-vectors';
import type { JobContext } from '../../src/engine/jobs/job-context';
import { noImage } from '../../src/engine/jobs/no-image';
import { unpackRun } from '../../src/engine/jobs/unpack-run';
import { decodePixels } from '../../src/images/decode';
import { encodedImage, readBytes } from '../../src/images/encoded-image';
import { DEFAULT_IMAGE_LIMITS, type ImageLimits } from '../../src/images/image-limits';
import { nothingLeftOut } from '../../src/images/left-out';
import { scanImages } from '../../src/images/scan-folders';
import { DamagedRun } from '../../src/runs/run-schemas';
import { said } from '../../src/text/said';
import { messageOf } from '../../src/util/errors';
import { writtenArchive } from '../support/archives';
import { bitmap } from '../support/bitmaps';
import { noise, temporaryFolder, writeFiles } from '../support/images';
import { speakEnglish, speakGerman } from '../support/language';
import { bundled } from '../support/settings';
import { blobs, matrix } from '../support/vectors';
import { zipOf } from '../support/zip';

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
      'too large: expected at most 0.0015 megapixels (setting maxImageMegapixels), got 64×48',
      'zu groß: erwartet werden höchstens 0,0015 Megapixel (Einstellung maxImageMegapixels), es sind 64×48',
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

describe('notices of a clustering', () => {
  const vectors = distinctVectors(matrix(blobs(90, 5, 3, 8).data));
  const context = { signal: undefined, run: runHere, threads: 1, onProgress: () => undefined };
  const reasonFor = async (values: object) => {
    const settings = parseSettings({ clusters: 'auto', ...values }, (name) => name);
    return inGerman((await partitionVectors(vectors, settings, context)).reason!);
  };

  it('say why the number of clusters was chosen', async () => {
    expect(await reasonFor({ autoFrom: 2, autoTo: 9, autoBy: 'gap' })).toBe(
      'die Anzahl der Cluster ist 5 aus 2 bis 9: dort hört die Gap-Statistik zuerst auf zu wachsen',
    );
    expect(await reasonFor({ autoFrom: 2, autoTo: 3, autoBy: 'silhouette' })).toBe(
      'die Anzahl der Cluster ist 3 aus 2 bis 3: dort ist die Silhouette am höchsten; es ist die größte, die versucht wurde, und eine größere ist vielleicht besser',
    );
    expect(
      inGerman(
        'the number of clusters is 3 of 2 to 3: the silhouette is highest there (the gap statistic chooses none); it is the largest that was tried, and a larger one may be better',
      ),
    ).toMatch(/dort ist die Silhouette am höchsten \(nach dem Kriterium Gap-Statistik ergibt /);
  });

  it('name the method that they are about', () => {
    expect(inGerman('Spectral: there is no face to cluster')).toBe(
      'Spektral: es gibt kein Gesicht zum Gruppieren',
    );
    expect(inGerman('a file: there is no face to cluster')).toMatch(/^a file: there is/);
  });
});

describe('refusals', () => {
  it('of archives', async () => {
    const refusal = async (name: string, ...parts: Uint8Array[]) => {
      const path = await writtenArchive(name, ...parts);
      const [, german] = await reasonOf(() => scanImages([path]));
      const start = `das Archiv „${path}“ kann nicht gelesen werden: `;
      expect(german.startsWith(start), german).toBe(true);
      return german.slice(start.length);
    };
    const zip = zipOf([{ name: 'a.jpg', content: jpeg }]);
    expect(await refusal('a.zip', zip.subarray(0, 1000))).toBe(
      'es ist abgeschnitten: es beginnt wie eine .zip-Datei, das Verzeichnis steht aber nicht am Ende (Byte 1.000)',
    );
    expect(await refusal('a.tar', Buffer.alloc(2048, 'x'))).toBe(
      'es ist keine .tar-Datei: die ersten 512 Bytes sind kein Kopf eines Eintrags',
    );
    expect(await refusal('a.parquet', Buffer.alloc(100))).toBe('es ist keine .parquet-Datei');
  });

  it('of saved clusters', async () => {
    const file = await writtenArchive('a.faceclusters', zipOf([{ name: 'strange.txt' }]));
    const runDir = join(await temporaryFolder(), 'run');
    const [, german] = await reasonOf(() =>
      unpackRun({ file, runDir, bundled }, { signal: new AbortController().signal } as JobContext),
    );
    expect(german).toMatch(
      /^„a\.faceclusters“ kann nicht geöffnet werden: es enthält „strange\.txt“/,
    );
  });

  it('of damaged runs and empty folders', () => {
    expect(inGerman(new DamagedRun('/a', 'clustering.json', 'is missing').message)).toBe(
      'die Analyse in „/a“ ist beschädigt („clustering.json“ fehlt): Gruppieren Sie ihre Gesichter erneut',
    );
    const { message } = noImage(['/a', '/b'], {
      failures: [{ image: 'c/', reason: 'no permission to read it' }],
      leftOut: nothingLeftOut(),
    });
    expect(inGerman(message)).toMatch(
      /^keine Bilder in '\/a', '\/b' \(nicht lesbar: c\/: keine Berechtigung zum Lesen\): erwartet werden Dateien der Formate JPEG/,
    );
  });
});
