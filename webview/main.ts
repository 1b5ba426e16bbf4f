/** The panel inside VS Code. */
import {
  overviewSchema,
  type PanelCalls,
  type PanelEvent,
  type PanelMemento,
  type PanelState,
} from '../src/protocol/panel';
import './language';
import './components/app';
import { connect, keep, keptNumber, keptValue, onTrouble } from './connect';
import type { Source } from './source';
import { registerControls } from './toolkit';

registerControls();
const host = connect<PanelCalls>();
/** What the panel keeps across a reload of the window. */
const kept: Partial<PanelMemento> = {
  faceWidth: keptNumber('faceWidth'),
  overview: overviewSchema.safeParse(keptValue('overview')).data,
};
const send: Source['send'] = (name, params) => {
  host.call(name, params).catch(() => undefined); // the host has shown why it failed
};
const source: Source = {
  live: true,
  faces: (part) => host.call('faces', part),
  typicalFaces: (part) => host.call('typicalFaces', part),
  ask: (question) => host.call('ask', question),
  copies: (start, count) => host.call('copies', { start, count }),
  alike: (row, count) => host.call('alike', { row, count }),
  photo: (row) => host.call('photo', { row }),
  faceCards: (rows) => host.call('faceCards', { rows }),
  difference: (id) => host.call('difference', { id }),
  places: (signal) => host.call('places', null, { signal }),
  arrangedPlaces: (signal) => host.call('arrangedPlaces', null, { signal }),
  attributeValues: (attribute) => host.call('attributeValues', { attribute }),
  faceComponents: (cluster) => host.call('faceComponents', { cluster }),
  componentPictures: (cluster) => host.call('componentPictures', { cluster }),
  clusterDistance: (a, b) => host.call('clusterDistance', { clusters: [a, b] }),
  available: (_, size) => size,
  select: (cluster) => {
    send('select', { cluster });
  },
  faceWidth: () => kept.faceWidth,
  keepFaceWidth: (faceWidth) => {
    remember({ faceWidth });
  },
  overview: () => kept.overview,
  keepOverview: (overview) => {
    remember({ overview });
  },
  send,
};
function remember(changes: Partial<PanelMemento>) {
  Object.assign(kept, changes);
  const { runId } = kept;
  if (runId !== undefined) keep({ selected: null, ...kept, runId });
}

const app = document.createElement('fc-app');
app.source = source;
document.body.append(app);

/** The same clustering stays the same object, so that its cards are not rendered again. */
function withKnownClustering(state: PanelState, before: PanelState | undefined): PanelState {
  const isSame = state.clustering !== null && state.generation === before?.generation;
  return isSame ? { ...state, clustering: before.clustering ?? state.clustering } : state;
}

function show(event: PanelEvent) {
  switch (event.kind) {
    case 'state': {
      const { run, selected } = event.state;
      app.panel = withKnownClustering(event.state, app.panel);
      if (run !== null) remember({ runId: run.id, selected });
      break;
    }
    case 'progress':
      app.progress = event.progress;
      break;
    case 'pictures':
      app.addPictures(event.generation, event.pictures);
      break;
    case 'act':
      app.act(event.act);
      break;
  }
}

// The host writes errors of the page to its log, which a user can send.
onTrouble((message) => {
  send('trouble', { message });
});
void host.call('watch', null, { onProgress: show });
