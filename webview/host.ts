/** The extension host as a source. */
import type { FaceCard, PhotoView } from '../src/domain/faces';
import type { HostMessage, PanelMemento, WebviewMessage } from '../src/protocol/panel';
import type { Source } from './source';

interface VsCodeApi {
  postMessage(message: WebviewMessage): void;
  setState(state: PanelMemento): void;
}
declare function acquireVsCodeApi(): VsCodeApi;

type Answer = Extract<HostMessage, { request: number }>;

const api = acquireVsCodeApi();
const waiting = new Map<
  number,
  { resolve: (answer: Answer) => void; reject: (error: Error) => void }
>();
let nextRequest = 1;

function ask(make: (request: number) => WebviewMessage): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = nextRequest++;
    waiting.set(request, { resolve, reject });
    api.postMessage(make(request));
  });
}

export const host: Source & { keep(memento: PanelMemento): void } = {
  live: true,
  faces: async (cluster, order, start, count): Promise<FaceCard[]> => {
    const answer = await ask((request) => ({
      kind: 'faces',
      request,
      cluster,
      order,
      start,
      count,
    }));
    return answer.kind === 'faces' ? answer.faces : [];
  },
  photo: async (row): Promise<PhotoView | undefined> => {
    const answer = await ask((request) => ({ kind: 'photo', request, row }));
    return answer.kind === 'photo' ? answer.photo : undefined;
  },
  available: (_, size) => size,
  send: (message) => {
    api.postMessage(message);
  },
  keep: (memento) => {
    api.setState(memento);
  },
};

/** Resolves pending requests; passes all other messages to the listener. */
export function listen(listener: (message: Exclude<HostMessage, Answer>) => void): void {
  window.addEventListener('message', (event: MessageEvent<HostMessage>) => {
    const message = event.data;
    if (!('request' in message)) {
      listener(message);
      return;
    }
    const asked = waiting.get(message.request);
    waiting.delete(message.request);
    if (message.kind === 'requestFailed') asked?.reject(new Error(message.message));
    else asked?.resolve(message);
  });
}
