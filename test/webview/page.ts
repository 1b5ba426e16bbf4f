/** The page of the component tests: mounts one component on a source that records what it sends. */
import type { App } from '../../webview/components/app';
import '../../webview/components/app';
import '../../webview/components/dataset/app';
import type { DatasetHost } from '../../webview/components/dataset/host';
import type { DatasetSample } from '../../src/domain/dataset';
import { registerControls } from '../../webview/toolkit';
import { pixelsOf } from '../../webview/components/draw-face';
import { SelectFaces } from '../../webview/components/select-faces';
import { ShowFace } from '../../webview/components/face-button';
import type { FaceMap } from '../../src/domain/face-map';
import {
  type FaceCard,
  type FaceComponents,
  type PhotoView,
  SHEET_COLUMNS,
} from '../../src/domain/faces';
import type { Source } from '../../webview/source';

export type Sent = [name: string, params: unknown];

export interface TestPage {
  /** Puts a component with these properties in place of the one before. */
  mount: (tag: string, properties: Record<string, unknown>) => Promise<void>;
  /** Sets properties of the mounted component. */
  update: (properties: Record<string, unknown>) => Promise<void>;
  /** What was requested of the host since the component was mounted. */
  sent: () => Sent[];
  /** Pages of faces that were requested: their first positions. */
  requested: () => number[];
  /** Clusters whose most typical faces were requested. */
  requestedCards: () => number[];
  /** Samples of a data set: each request waits for its answer. */
  answerSamples: (request: number, images: string[]) => void;
  /** Answers requests for the map of all faces, which wait for it. */
  map: (
    points: readonly (readonly number[])[],
    clusters: readonly number[],
    arrangement?: FaceMap['arrangement'],
  ) => void;
  /** Mean faces of two by two pixels, by cluster: the gray level of each of the pixels. */
  showPictures: (levels: readonly (readonly number[])[]) => Promise<void>;
  /** From now on, requests for faces fail with this message; empty: they succeed. */
  fail: (message: string) => void;
  /** Red, green and blue of the middle of an encoded picture. */
  middleOf: (picture: number[]) => Promise<number[]>;
  /** From now on, or no longer, requests for faces wait for their answers. */
  hold: (held?: boolean) => void;
  /** From now on, or no longer, a person seems to do something, so that nothing is done in advance. */
  stayActive: (active?: boolean) => void;
}

declare global {
  interface Window {
    testPage: TestPage;
  }
}

/** Attributes of every face. */
const ATTRIBUTES = 3;

let sent: Sent[] = [];
let activity: ReturnType<typeof setInterval> | undefined;
let starts: number[] = [];
let cards: number[] = [];
let failure = '';
/** What requests for faces wait for. */
let held = Promise.resolve();
let release: () => void = () => undefined;
/** How the overview was shown last. */
let overview: ReturnType<Source['overview']>;
/** The map of all faces, and what gives it to the component. */
let mapAnswer = pendingMap();
let arrangedAnswer = pendingMap();

function pendingMap() {
  let resolve: (map: FaceMap) => void = () => undefined;
  const promise = new Promise<FaceMap>((fulfil) => {
    resolve = fulfil;
  });
  return { promise, resolve };
}

let sampleRequests: ((samples: DatasetSample[]) => void)[] = [];
let mounted: HTMLElement & { updateComplete?: Promise<unknown> };

/** A one-pixel JPEG would do; a canvas gives one that the browser can surely decode. */
async function jpeg(): Promise<Uint8Array> {
  const canvas = new OffscreenCanvas(8, 8);
  canvas.getContext('2d')!.fillRect(0, 0, 8, 8);
  return new Uint8Array(await (await canvas.convertToBlob({ type: 'image/jpeg' })).arrayBuffer());
}

/** A sheet of plain pictures: their red tells the column, in steps of 30, their green the row. */
async function sheet(rows: number): Promise<Uint8Array> {
  const [width, height] = [40, 48];
  const canvas = new OffscreenCanvas(SHEET_COLUMNS * width, rows * height);
  const context = canvas.getContext('2d')!;
  for (let at = 0; at < rows * SHEET_COLUMNS; at++) {
    const [column, row] = [at % SHEET_COLUMNS, Math.floor(at / SHEET_COLUMNS)];
    context.fillStyle = `rgb(${30 * column} ${80 * row} 0)`;
    context.fillRect(column * width, row * height, width, height);
  }
  const blob = await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.95 });
  return new Uint8Array(await blob.arrayBuffer());
}

/** A picture of two by two gray pixels. */
async function png(grays: readonly number[]): Promise<Uint8Array> {
  const canvas = new OffscreenCanvas(2, 2);
  const pixels = new ImageData(2, 2);
  grays.forEach((gray, i) => {
    pixels.data.set([gray, gray, gray, 255], 4 * i);
  });
  canvas.getContext('2d')!.putImageData(pixels, 0, 0);
  return new Uint8Array(await (await canvas.convertToBlob({ type: 'image/png' })).arrayBuffer());
}

const named = (row: number) => ({ row, image: `image-${row}.jpg`, face: 0 });

async function card(row: number): Promise<FaceCard> {
  const probabilities = Array.from({ length: ATTRIBUTES }, (_, i) => ((row + i) % 10) / 10);
  return { ...named(row), jpeg: await jpeg(), probabilities };
}

/** Four components of two by two pixels: each is of one of them, and a step of 0.5 gray levels. */
const components = (): FaceComponents => ({
  size: { width: 2, height: 2 },
  values: Int8Array.from({ length: 16 }, (_, i) => (i % 5 === 0 ? 100 : 0)),
  steps: [0.5, 0.5, 0.5, 0.5],
  deviations: [50, 50, 50, 50],
  explained: [0.4, 0.24, 0.06, 0.01],
  faces: 30,
});

/** A cluster of 15 faces: five pictures, each three times. */
const WITH_COPIES = 9;

const source: Source = {
  live: true,
  faces: async ({ cluster, order, start, count, attribute, folded = false }) => {
    starts.push(start);
    if (attribute !== undefined) sent.push(['faces', [order, attribute]]);
    await held;
    if (failure !== '') throw new Error(failure);
    const isFolded = folded && cluster === WITH_COPIES;
    const { size = start + count } = mounted as { size?: number };
    const total = isFolded ? 5 : size;
    const length = Math.min(count, total - start);
    const cards = await Promise.all(Array.from({ length }, (_, i) => card(start + i)));
    return { total, faces: isFolded ? cards.map((face) => ({ ...face, copies: 2 })) : cards };
  },
  copies: async (start, count) => ({
    copies: 10,
    originals: 5,
    groups: await Promise.all(
      Array.from({ length: Math.min(count, 5 - start) }, (_, i) =>
        Promise.all([0, 1, 2].map((copy) => card(3 * (start + i) + copy))),
      ),
    ),
  }),
  typicalFaces: async ({ cluster, count }) => {
    cards.push(cluster);
    await held;
    if (failure !== '') throw new Error(failure);
    const faces = Array.from({ length: count }, (_, row) => named(row));
    return { total: count, faces, sheet: await sheet(Math.ceil(count / SHEET_COLUMNS)) };
  },
  ask: async ({ start, count }) => {
    starts.push(start);
    const total = 30;
    const length = Math.min(count, total - start);
    return { total, faces: await Promise.all(Array.from({ length }, (_, i) => card(start + i))) };
  },
  alike: async (row, count) => ({
    by: 'probability',
    faces: await Promise.all(
      Array.from({ length: count }, async (_, i) => ({
        ...(await card(row + 1 + i)),
        distance: i / 10,
      })),
    ),
  }),
  photo: async (row): Promise<PhotoView> => ({
    image: `image-${row}.jpg`,
    jpeg: await jpeg(),
    width: 100,
    height: 80,
    faces: [row, row + 1].map((each, i) => ({
      row: each,
      cluster: i,
      silhouette: 0.25,
      box: { x: 10 + 40 * i, y: 10, width: 30, height: 30 },
      score: 0.9,
      present: [i === 1, true, i === 0],
      marked: [],
      probabilities: [0.1 + 0.8 * i, 0.5, 0.9 - 0.8 * i],
    })),
  }),
  faceCards: async (rows) => {
    if (failure !== '') throw new Error(failure);
    return Promise.all(rows.map(card));
  },
  difference: (id) =>
    failure === ''
      ? Promise.resolve({
          earlier: {
            id,
            name: id === 'before' ? '' : 'mine',
            at: '2026-01-01T00:00:00.000Z',
            method: 'kmeans',
            faces: 58,
            clusters: 4,
          },
          common: 57,
          moved: 6,
          added: 3,
          gone: 1,
          adjustedRand: 0.75,
          clusters: [
            {
              id: 0,
              matched: { id: 2, title: 'Men', size: 28, common: 24 },
              arrivals: [
                { from: { id: 1, title: 'Women <b>' }, count: 30, rows: [1, 2, 3] },
                { from: null, count: 3, rows: [5, 6, 7] },
              ],
            },
            { id: 1, matched: { id: 1, title: 'W', size: 20, common: 20 }, arrivals: [] },
            { id: 2, matched: null, arrivals: [] },
          ],
          dissolved: [{ id: 3, title: 'Hats', size: 4 }],
        })
      : Promise.reject(new Error(failure)),
  places: () => {
    if (failure !== '') return Promise.reject(new Error(failure));
    return mapAnswer.promise;
  },
  arrangedPlaces: () =>
    failure === '' ? arrangedAnswer.promise : Promise.reject(new Error(failure)),
  attributeValues: async (attribute) => {
    sent.push(['attributeValues', { attribute }]);
    if (failure !== '') throw new Error(failure);
    const { clusters } = await mapAnswer.promise;
    return Uint8Array.from(clusters, (_, row) => (row * 7) % 256);
  },
  faceComponents: (cluster) => {
    sent.push(['faceComponents', cluster]);
    return failure === '' ? Promise.resolve(components()) : Promise.reject(new Error(failure));
  },
  componentPictures: async () => [await png([0, 80, 160, 240])],
  clusterDistance: (a, b) => {
    sent.push(['clusterDistance', [a, b]]);
    return Promise.resolve({ distance: 0.84, spreads: [0.61, 0.7] });
  },
  available: (_cluster, size) => size,
  select: (cluster) => {
    sent.push(['select', { cluster }]);
  },
  faceWidth: () => 120,
  keepFaceWidth: (width) => {
    sent.push(['keepFaceWidth', width]);
  },
  overview: () => overview,
  keepOverview: (view) => {
    overview = view;
  },
  send: (name, params) => {
    sent.push([name, params]);
  },
};

const host: DatasetHost = {
  samples: (wanted) =>
    new Promise((resolve) => {
      sent.push(['samples', wanted]);
      sampleRequests.push(resolve);
    }),
  send: (name, params) => {
    sent.push([name, params]);
  },
};

async function update(properties: Record<string, unknown>) {
  Object.assign(mounted, properties);
  await mounted.updateComplete;
}

registerControls();
document.addEventListener(SelectFaces.type, (event) => {
  if (event instanceof SelectFaces) sent.push(['selected', [event.mode, [...event.rows]]]);
});
document.addEventListener(ShowFace.type, (event) => {
  if (event instanceof ShowFace) sent.push(['shown', event.face.row]);
});
window.testPage = {
  mount: async (tag, properties) => {
    sent = [];
    starts = [];
    cards = [];
    failure = '';
    mapAnswer = pendingMap();
    arrangedAnswer = pendingMap();
    sampleRequests = [];
    mounted = document.createElement(tag);
    Object.assign(mounted, { source, host }, properties);
    document.body.replaceChildren(mounted);
    await mounted.updateComplete;
  },
  update,
  sent: () => sent,
  answerSamples: (request, images) => {
    const samples = images.map((image, row) => ({
      row,
      image,
      partition: null,
      attributes: [],
      jpeg: null,
    }));
    sampleRequests[request]!(samples);
  },
  requested: () => starts,
  requestedCards: () => cards,
  map: (points, clusters, arrangement = 'axes') => {
    const { resolve } = arrangement === 'axes' ? mapAnswer : arrangedAnswer;
    resolve({
      arrangement,
      places: Float32Array.from(points.flat()),
      clusters: Int32Array.from(clusters),
      distinct: clusters.length,
      sample: clusters.length,
    });
  },
  showPictures: async (levels) => {
    if (!('addPictures' in mounted)) throw new Error('this component has no pictures');
    const pictures = levels.map(async (grays, cluster) => ({
      cluster,
      faces: 10,
      eigenface: await png(grays),
      components: [await png([0, 80, 160, 240])],
      explained: [0.4],
    }));
    (mounted as App).addPictures(1, await Promise.all(pictures));
  },
  fail: (message) => {
    failure = message;
  },
  middleOf: async (picture) => {
    const { data, width, height } = await pixelsOf(Uint8Array.from(picture));
    const at = 4 * (Math.floor(height / 2) * width + Math.floor(width / 2));
    return Array.from(data.subarray(at, at + 3));
  },
  hold: (isHeld = true) => {
    if (isHeld) held = new Promise((resolve) => (release = resolve));
    else release();
  },
  stayActive: (isActive = true) => {
    clearInterval(activity);
    if (!isActive) return;
    activity = setInterval(() => window.dispatchEvent(new Event('pointermove')), 50);
  },
};
