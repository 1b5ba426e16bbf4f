/** What the panel shows of a small run: three clusters of faces with three attributes. */
import type { Clustering, ClusterSummary } from '../../src/domain/clustering';
import type { PanelState } from '../../src/protocol/panel';
import { defaultSettings } from './components';

const ATTRIBUTES = ['Smiling', 'Eyeglasses', 'Male'];

const settings = () => ({
  ...(defaultSettings() as unknown as PanelState['settings']),
  attributes: ATTRIBUTES,
});

const cluster = (id: number, size: number): ClusterSummary => ({
  id,
  size,
  silhouette: 0.5,
  occurrences: { Smiling: 0.9, Eyeglasses: 0.5, Male: 0.1 },
  otherOccurrences: {},
  prominent: ['Smiling'],
  noisy: ['Eyeglasses'],
  medoid: 0,
});

export const clusteringState = (changes: Partial<Clustering> = {}): Clustering => ({
  version: 1,
  settings: settings(),
  weights: { Smiling: 1, Eyeglasses: 1, Male: 1 },
  faces: 60,
  distinct: 8,
  silhouette: 0.5,
  inertia: 1,
  daviesBouldin: 1,
  calinskiHarabasz: 1,
  tree: null,
  clusters: [cluster(0, 30), cluster(1, 20), cluster(2, 10)],
  overall: { Smiling: 0.5, Eyeglasses: 0.06, Male: 0.4 },
  curve: null,
  agreement: null,
  notices: [],
  timing: {},
  ...changes,
});

const run: PanelState['run'] = {
  version: 1,
  id: 'run',
  createdAt: '2026-01-01T00:00:00.000Z',
  folders: ['/photos'],
  settings: settings() as unknown as NonNullable<PanelState['run']>['settings'],
  model: 'face-attributes.onnx',
  modelAttributes: ATTRIBUTES,
  provider: 'cpu',
  trials: [],
  detection: { searched: true, reason: 'for the test' },
  images: { found: 60, read: 60, failed: 0, withoutFace: 0 },
  faces: 60,
  crop: { width: 160, height: 192 },
  timing: {},
};

export const panelState = (changes: Partial<PanelState> = {}): PanelState => ({
  title: 'photos',
  waits: false,
  run,
  failures: [],
  faceless: [],
  clustering: clusteringState(),
  generation: 1,
  selected: null,
  earlier: null,
  copies: null,
  progress: null,
  problem: null,
  stale: [],
  changes: null,
  settingProblems: [],
  undo: null,
  redo: null,
  settings: settings(),
  own: { settings: [], shared: 'workspace', problems: [] },
  comparison: null,
  judgement: null,
  ...changes,
});
