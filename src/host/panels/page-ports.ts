/** The host's ends of the connections to the pages of a webview. */
import type * as vscode from 'vscode';
import { ClosedError, Closing, type Port } from '../../channel/port';
import { type HostMessage, type PageMessage, pageMessageSchema } from '../../protocol/page';
import type { Disposable } from '../disposables';
import type { Log } from '../outlets';

/** The page that is loaded. */
class PagePort implements Port {
  private readonly closing = new Closing();
  private closed = false;
  private receive: (message: unknown) => void = () => undefined;
  readonly onClose = this.closing.onClose;

  constructor(
    readonly page: string,
    private readonly webview: vscode.Webview,
  ) {}

  /** A hidden page receives nothing; a new one is loaded when it is shown again. */
  post(message: unknown): void {
    if (this.closed) return;
    void this.webview.postMessage({ page: this.page, message } satisfies HostMessage);
  }

  onMessage(listener: (message: unknown) => void): void {
    this.receive = listener;
  }

  deliver(message: PageMessage['message']): void {
    this.receive(message);
  }

  close(): void {
    this.closed = true;
    this.closing.close(new ClosedError('the page is gone'));
  }
}

/**
 * Connects each page that is loaded into a webview, and closes the connection of the one before.
 * @param connect called with a page's port before its first message is delivered.
 * @param view name of the page, for the log.
 */
export function connectPages(
  webview: vscode.Webview,
  connect: (port: Port) => void,
  { log, view }: { log: Log; view: string },
): Disposable {
  let current: PagePort | undefined;
  const listener = webview.onDidReceiveMessage((sent: unknown) => {
    const parsed = pageMessageSchema.safeParse(sent);
    if (!parsed.success) {
      log.warn(`${view} sent an invalid message: ${parsed.error.message}`);
      return;
    }
    const { page, message } = parsed.data;
    if (current?.page !== page) {
      current?.close();
      current = new PagePort(page, webview);
      connect(current);
    }
    current.deliver(message);
  });
  return {
    dispose: () => {
      listener.dispose();
      current?.close();
    },
  };
}
