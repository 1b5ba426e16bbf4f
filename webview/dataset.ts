/** The view of a data set inside VS Code. */
import type {
  DatasetHostMessage,
  DatasetMemento,
  DatasetMessage,
} from '../src/protocol/dataset-panel';
import './components/dataset/app';
import { registerControls } from './toolkit';

interface VsCodeApi {
  postMessage(message: DatasetMessage): void;
  setState(state: DatasetMemento): void;
}
declare function acquireVsCodeApi(): VsCodeApi;

const api = acquireVsCodeApi();
registerControls();
const app = document.createElement('fc-dataset');
const send = (message: DatasetMessage) => {
  api.postMessage(message);
};
app.host = { send };
document.body.append(app);

window.addEventListener('message', (event: MessageEvent<DatasetHostMessage>) => {
  const message = event.data;
  switch (message.kind) {
    case 'state': {
      const { folder, labels, options } = message.state;
      app.data = message.state;
      api.setState({
        folder,
        labels,
        attributes: [...options.attributes],
        dropZero: options.dropZero,
      });
      break;
    }
    case 'progress':
      app.progress = message.progress;
      break;
    case 'samples':
      app.samples = message.samples;
      break;
  }
});

// The host writes errors of the page to its log, which a user can send.
window.addEventListener('error', (event) => {
  send({ kind: 'trouble', message: event.message.slice(0, 2000) });
});
window.addEventListener('unhandledrejection', (event) => {
  send({ kind: 'trouble', message: String(event.reason).slice(0, 2000) });
});
send({ kind: 'ready' });
