/** The page's end of the connection to the extension host. */
import type { CallTable, Request } from '../src/channel/messages';
import { Remote } from '../src/channel/remote';
import type { DatasetMemento } from '../src/protocol/dataset-panel';
import { MAX_TROUBLE } from '../src/protocol/limits';
import type { HostMessage, PageMessage } from '../src/protocol/page';
import type { PanelMemento } from '../src/protocol/panel';
import { own } from '../src/util/own';

interface VsCodeApi {
  postMessage(message: PageMessage): void;
  setState(state: unknown): void;
  getState(): unknown;
}
declare function acquireVsCodeApi(): VsCodeApi;

const api = acquireVsCodeApi();
/** Tells this page from others that are loaded into the same webview. */
const page = Math.random().toString(36).slice(2);

/** Connects the page with the calls that its host serves. */
export function connect<Table extends CallTable<Table>>(): Remote<Table> {
  return new Remote<Table>({
    post: (message) => {
      api.postMessage({ page, message: message as Request });
    },
    onMessage: (listener) => {
      window.addEventListener('message', ({ data }: MessageEvent<HostMessage>) => {
        if (data.page === page) listener(data.message);
      });
    },
    onClose: () => undefined, // VS Code removes the page together with the panel
  });
}

/** @param memento what VS Code gives to the panel when the window is loaded again. */
export function keep(memento: PanelMemento | DatasetMemento): void {
  api.setState(memento);
}

/** A value that was kept by its name; it may be anything. */
export function keptValue(name: string): unknown {
  const state = (api.getState() ?? {}) as Record<string, unknown>;
  return own(state, name);
}

/** A number that was kept by its name; undefined where there is none. */
export function keptNumber(name: string): number | undefined {
  const value = keptValue(name);
  return typeof value === 'number' ? value : undefined;
}

/** Calls the listener with each error of the page that nothing else handles. */
export function onTrouble(listener: (message: string) => void): void {
  window.addEventListener('error', (event) => {
    listener(event.message.slice(0, MAX_TROUBLE));
  });
  window.addEventListener('unhandledrejection', (event) => {
    listener(String(event.reason).slice(0, MAX_TROUBLE));
  });
}
