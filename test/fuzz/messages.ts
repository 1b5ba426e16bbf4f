/**
 * Generates messages of a hostile page in the webview from a seed. Each has to be refused, or
 * to have valid parameters.
 */
import { checkSettings } from '../../src/domain/settings';
import { datasetParams } from '../../src/protocol/dataset-panel';
import { pageMessageSchema } from '../../src/protocol/page';
import { type PanelParams, panelParams } from '../../src/protocol/panel';
import { own } from '../../src/util/own';
import { random } from '../support/vectors';
import { anything, type Draw, pick } from './values';

export interface MessageCase {
  title: string;
  message: unknown;
}

const NAMES = [
  'watch',
  'faces',
  'typicalFaces',
  'photo',
  'faceCards',
  'places',
  'arrangedPlaces',
  'attributeValues',
  'faceComponents',
  'clusterDistance',
  'open',
  'select',
  'images',
  'settings',
  'command',
  'trouble',
  'options',
  'samples',
  'labelErrors',
  'weights',
  'constructor',
  '__proto__',
];

const FIELDS: Record<string, readonly unknown[]> = {
  rows: [[0, 71], [], [-1], Array.from({ length: 65 }, (_, i) => i), null],
  row: [0, 1, 71, 72, -1, 1.5, 2 ** 31 - 1, 2 ** 31],
  cluster: [-1, 0, 5, null, 100_001],
  clusters: [[0, 1], [0], [0, 1, 2], [-1, 1e9], null],
  order: ['typical', 'untypical', 'silhouette', 'probable', 'borderline', 'constructor'],
  start: [0, 10, -1],
  count: [1, 500, 501, 0],
  beside: [true, false],
  action: ['copyPaths', 'copyImages', 'remove'],
  command: [
    'compare',
    'cancel',
    'retry',
    'undo',
    'save',
    'labels',
    'workbench.action.terminal.new',
  ],
  message: ['a', 'x'.repeat(2001)],
  images: [1, 0, 1e9],
  partition: [null, 'test'],
  attribute: [null, '__proto__', '', 'x'.repeat(1001)],
  again: [true],
  by: ['rare', 'common'],
  attributes: [[], ['Smiling'], ['constructor'], Array.from({ length: 2001 }, () => 'a')],
  dropZero: [0, 1, 2],
  changes: [
    {},
    { clusters: 5 },
    { clusters: 'auto' },
    { cudaLibraries: ['/tmp'] },
    { model: '/tmp/x.onnx' },
    { cacheLimit: 0.05 },
    { method: 'kmeans', x: 1 },
  ],
};

/** @yields `count` cases; the same ones for the same seed. */
export function* messageCases(seed: number, count: number): Generator<MessageCase> {
  for (let i = 0; i < count; i++) {
    const draw = random(seed * 1_000_003 + i);
    yield { title: `message ${seed}/${i}`, message: draw() < 0.1 ? anything(draw) : drawn(draw) };
  }
}

/** A call that mostly has the parameters of its name, a few of them invalid. */
function drawn(draw: Draw): unknown {
  const name = pick(draw, NAMES);
  const params: Record<string, unknown> = {};
  for (const field of own(PARAMS, name) ?? []) {
    if (draw() < 0.05) continue;
    params[field] = draw() < 0.9 ? pick(draw, FIELDS[field]!) : anything(draw);
  }
  if (draw() < 0.1) params[pick(draw, Object.keys(FIELDS))] = anything(draw);
  const message: Record<string, unknown> = { kind: 'call', id: 1, name, params };
  if (['watch', 'places', 'arrangedPlaces'].includes(name)) message.params = null;
  if (draw() < 0.05) message[pick(draw, Object.keys(message))] = anything(draw);
  return { page: draw() < 0.95 ? 'a' : anything(draw), message };
}

const PARAMS: Record<string, readonly string[]> = {
  faces: ['cluster', 'order', 'attribute', 'start', 'count'],
  faceComponents: ['cluster'],
  clusterDistance: ['clusters'],
  photo: ['row'],
  faceCards: ['rows'],
  attributeValues: ['attribute'],
  open: ['row', 'beside'],
  select: ['cluster'],
  images: ['cluster', 'action'],
  settings: ['changes'],
  command: ['command'],
  trouble: ['message'],
  options: ['attributes', 'dropZero'],
  samples: ['partition', 'attribute', 'again'],
  labelErrors: ['images'],
  weights: ['by'],
};

/**
 * @returns the name of the call, 'cancel', or 'refused'.
 * @throws Error if invalid parameters are accepted.
 */
export function runMessageCase({ title, message }: MessageCase): string {
  const sent = pageMessageSchema.safeParse(message);
  if (!sent.success) return 'refused';
  if (sent.data.message.kind === 'cancel') return 'cancel';
  const { name, params } = sent.data.message;
  const ofPanel = own(panelParams, name)?.safeParse(params);
  const ofDataset = own(datasetParams, name)?.safeParse(params);
  const taken: unknown = ofPanel?.success === true ? ofPanel.data : ofDataset?.data;
  if (taken === undefined) return 'refused';
  const wrong = problemOf(name, taken ?? {});
  if (wrong !== undefined) throw new Error(`${title}: ${wrong} in ${JSON.stringify(message)}`);
  return name;
}

function problemOf(name: string, params: object): string | undefined {
  if ('row' in params && !(Number.isInteger(params.row) && Number(params.row) >= 0))
    return 'a row that is none';
  if (name === 'faces') {
    const { count, start } = params as PanelParams<'faces'>;
    if (count > 500 || start < 0) return 'a page of any size';
  }
  if (name === 'typicalFaces') {
    const { count, width } = params as PanelParams<'typicalFaces'>;
    if (count < 1 || count > 24 || ![40, 60].includes(width)) return 'a sheet of any size';
  }
  if (name === 'faceCards') {
    const { rows } = params as PanelParams<'faceCards'>;
    if (rows.length > 64 || rows.some((row) => row < 0)) return 'faces of any number';
  }
  if (name === 'settings') {
    const { changes } = params as PanelParams<'settings'>;
    const { problems } = checkSettings(changes, (setting) => setting);
    if (problems.length > 0) return problems.join();
    for (const setting of Object.keys(changes))
      if (RISKY.has(setting)) return `the setting ${setting}`;
  }
  return undefined;
}

/**
 * Settings without controls in the panel, because they select code, or the cache that other
 * workspaces share.
 */
const RISKY: ReadonlySet<string> = new Set([
  'model',
  'cudaLibraries',
  'cache',
  'cacheLimit',
  'provider',
]);
