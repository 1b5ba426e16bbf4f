/** The extension host as a source. */
import type { FaceCard, HostMessage, PanelMemento, WebviewMessage } from '../src/protocol';
import type { Source } from './source';

interface VsCodeApi {
  postMessage(message: WebviewMessage): void;
  setState(state: PanelMemento): void;
}
declare function acquireVsCodeApi(): VsCodeApi;

const api = acquireVsCodeApi();
const waiting = new Map<number, { resolve: (faces: FaceCard[]) => void; reject: (error: Error) => void }>();
let nextRequest = 1;

export const host: Source & { keep(memento: PanelMemento): void } = {
  live: true,
  faces: (cluster, start, count) =>
    new Promise((resolve, reject) => {
      const request = nextRequest++;
      waiting.set(request, { resolve, reject });
      api.postMessage({ kind: 'faces', request, cluster, start, count });
    }),
  available: (_, size) => size,
  send: (message) => {
    api.postMessage(message);
  },
  keep: (memento) => {
    api.setState(memento);
  },
};

/** Gives answers to whoever asked; everything else to `listener`. */
export function listen(listener: (message: Exclude<HostMessage, { kind: 'faces' | 'requestFailed' }>) => void): void {
  window.addEventListener('message', (event: MessageEvent<HostMessage>) => {
    const message = event.data;
    if (message.kind === 'faces') {
      waiting.get(message.request)?.resolve(message.faces);
      waiting.delete(message.request);
    } else if (message.kind === 'requestFailed') {
      waiting.get(message.request)?.reject(new Error(message.message));
      waiting.delete(message.request);
    } else {
      listener(message);
    }
  });
}
