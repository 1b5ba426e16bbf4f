/** The panel inside VS Code. */
import type { PanelCalls, PanelEvent } from '../src/protocol/panel';
import './components/app';
import { connect, keep, onTrouble } from './connect';
import type { Source } from './source';
import { registerControls } from './toolkit';

registerControls();
const host = connect<PanelCalls>();
const send: Source['send'] = (name, params) => {
  host.call(name, params).catch(() => undefined); // the host has shown why it failed
};
const source: Source = {
  live: true,
  faces: (cluster, order, start, count) => host.call('faces', { cluster, order, start, count }),
  ask: (conditions, order, start, count) => host.call('ask', { conditions, order, start, count }),
  alike: (row, count) => host.call('alike', { row, count }),
  photo: (row) => host.call('photo', { row }),
  faceCards: (rows) => host.call('faceCards', { rows }),
  places: (signal) => host.call('places', null, { signal }),
  arrangedPlaces: (signal) => host.call('arrangedPlaces', null, { signal }),
  attributeValues: (attribute) => host.call('attributeValues', { attribute }),
  available: (_, size) => size,
  select: (cluster) => {
    send('select', { cluster });
  },
  send,
};
const app = document.createElement('fc-app');
app.source = source;
document.body.append(app);

function show(event: PanelEvent) {
  switch (event.kind) {
    case 'state': {
      const { run, selected } = event.state;
      app.panel = event.state;
      if (run !== null) keep({ runId: run.id, selected });
      break;
    }
    case 'progress':
      app.progress = event.progress;
      break;
    case 'pictures':
      app.setPictures(event.generation, event.pictures);
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
