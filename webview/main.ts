/** The panel inside VS Code. */
import './components/app';
import { host, listen } from './host';
import { registerControls } from './toolkit';

registerControls();
const app = document.createElement('fc-app');
app.source = host;
document.body.append(app);

listen((message) => {
  switch (message.kind) {
    case 'state':
      app.panel = message.state;
      if (message.state.run !== null)
        host.keep({ runId: message.state.run.id, selected: message.state.selected });
      break;
    case 'progress':
      app.progress = message.progress;
      break;
    case 'pictures':
      app.setPictures(message.generation, message.pictures);
      break;
  }
});

// The host writes errors of the page to its log, which a user can send.
window.addEventListener('error', (event) => {
  host.send({ kind: 'trouble', message: event.message.slice(0, 2000) });
});
window.addEventListener('unhandledrejection', (event) => {
  host.send({ kind: 'trouble', message: String(event.reason).slice(0, 2000) });
});
host.send({ kind: 'ready' });
