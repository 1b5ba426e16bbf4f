/**
 * Generates messages of a hostile page in the webview from a seed. Each has to be rejected, or to
 * be valid for its type.
 */
import { checkSettings } from '../../src/domain/settings';
import { type DatasetMessage, datasetMessageSchema } from '../../src/protocol/dataset-panel';
import { type WebviewMessage, webviewMessageSchema } from '../../src/protocol/panel';
import { random } from '../support/vectors';
import { anything, type Draw, pick } from './values';

export interface MessageCase {
  title: string;
  message: unknown;
}

const FIELDS: Record<string, readonly unknown[]> = {
  kind: [
    'ready',
    'faces',
    'photo',
    'open',
    'select',
    'images',
    'settings',
    'command',
    'trouble',
    'options',
    'samples',
    'contradictions',
    'weights',
  ],
  request: [0, 1, 2 ** 31, -1],
  row: [0, 1, 71, 72, -1, 1.5, 2 ** 31 - 1, 2 ** 31],
  cluster: [-1, 0, 5, null, 100_001],
  order: ['typical', 'untypical', 'silhouette', 'constructor'],
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
  attribute: [null, '__proto__'],
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

/** A message that mostly has the fields of its type, a few of them invalid. */
function drawn(draw: Draw): unknown {
  const message: Record<string, unknown> = {};
  const kind = pick(draw, FIELDS.kind!);
  const wanted = OF_KIND[String(kind)] ?? [];
  for (const name of ['kind', ...wanted]) {
    if (draw() < 0.05) continue;
    message[name] =
      name === 'kind' ? kind : draw() < 0.9 ? pick(draw, FIELDS[name]!) : anything(draw);
  }
  if (draw() < 0.1) message[pick(draw, Object.keys(FIELDS))] = anything(draw);
  return message;
}

const OF_KIND: Record<string, readonly string[]> = {
  faces: ['request', 'cluster', 'order', 'start', 'count'],
  photo: ['request', 'row'],
  open: ['row', 'beside'],
  select: ['cluster'],
  images: ['cluster', 'action'],
  settings: ['changes'],
  command: ['command'],
  trouble: ['message'],
  options: ['attributes', 'dropZero'],
  samples: ['partition', 'attribute', 'again'],
  contradictions: ['images'],
  weights: ['by'],
};

/**
 * @returns the type of the message, or 'refused'.
 * @throws Error if an invalid message is accepted.
 */
export function runMessageCase({ title, message }: MessageCase): string {
  const ofPanel = webviewMessageSchema.safeParse(message);
  const ofDataset = datasetMessageSchema.safeParse(message);
  const taken = ofPanel.data ?? ofDataset.data;
  if (taken === undefined) return 'refused';
  const wrong = problemOf(taken);
  if (wrong !== undefined) throw new Error(`${title}: ${wrong} in ${JSON.stringify(message)}`);
  return taken.kind;
}

function problemOf(message: WebviewMessage | DatasetMessage): string | undefined {
  if ('row' in message && !(Number.isInteger(message.row) && message.row >= 0))
    return 'a row that is none';
  if (message.kind === 'faces' && (message.count > 500 || message.start < 0))
    return 'a page of any size';
  if (message.kind === 'settings') {
    const { problems } = checkSettings(message.changes, (name) => name);
    if (problems.length > 0) return problems.join();
    for (const name of Object.keys(message.changes))
      if (RISKY.has(name)) return `the setting ${name}`;
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
