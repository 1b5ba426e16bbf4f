/** The view of a data set inside VS Code. */
import type { DatasetCalls, DatasetEvent } from '../src/protocol/dataset-panel';
import './language';
import './components/dataset/app';
import type { DatasetHost } from './components/dataset/host';
import { connect, keep, onTrouble } from './connect';
import { registerControls } from './toolkit';

registerControls();
const remote = connect<DatasetCalls>();
const host: DatasetHost = {
  samples: (choice) => remote.call('samples', choice),
  send: (name, params) => {
    remote.call(name, params).catch(() => undefined); // the host has shown why it failed
  },
};
const app = document.createElement('fc-dataset');
app.host = host;
document.body.append(app);

function show(event: DatasetEvent) {
  if (event.kind === 'progress') {
    app.progress = event.progress;
    return;
  }
  const { folder, labels, options, checked } = event.state;
  const { attributes, dropZero } = options;
  app.data = event.state;
  keep({ folder, labels, attributes: [...attributes], dropZero, checked: checked ?? undefined });
}

// The host writes errors of the page to its log, which a user can send.
onTrouble((message) => {
  host.send('trouble', { message });
});
void remote.call('watch', null, { onProgress: show });
