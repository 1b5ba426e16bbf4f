/** Serves the calls of a panel's page, which may be hostile. */
import type * as vscode from 'vscode';
import type * as z from 'zod';
import type { CallTable, ProgressOf } from '../../channel/messages';
import { type CallContext, type Handlers, serve } from '../../channel/serve';
import { said } from '../../text/said';
import { t } from '../../text/translate';
import { CancelledError, messageOf, UserError } from '../../util/errors';
import type { Disposable } from '../disposables';
import { type Log, showError } from '../outlets';
import { connectPages } from './page-ports';

/** How the calls of a page are served. */
export interface PageService<Table extends CallTable<Table>> {
  /** What the log calls the page. */
  view: string;
  log: Log;
  /** Parameters of each call. Calls with others are refused. */
  params: { readonly [Name in keyof Table]: z.ZodType<Table[Name]['params']> };
  handlers: Handlers<Table>;
  /** Calls whose page shows why they fail. The failures of all others become notifications. */
  queries: readonly (keyof Table)[];
  /**
   * Whether the view waits for the workspace to be trusted. Its page shows one button then, so
   * that no user makes any other call.
   */
  waits: () => boolean;
}

/** Serves each page that is loaded into the webview, until the result is disposed. */
export function servePages<Table extends CallTable<Table>>(
  webview: vscode.Webview,
  service: PageService<Table>,
): Disposable {
  const checked = <Name extends keyof Table & string>(name: Name) => ({
    [name]: (params: unknown, context: CallContext<ProgressOf<Table[Name]>>) =>
      answer(service, name, params, context),
  });
  const names = Object.keys(service.handlers) as (keyof Table & string)[];
  const handlers = Object.assign({}, ...names.map(checked)) as Handlers<Table>;
  return connectPages(
    webview,
    (port) => {
      serve(port, handlers);
    },
    service,
  );
}

async function answer<Table extends CallTable<Table>, Name extends keyof Table & string>(
  service: PageService<Table>,
  name: Name,
  received: unknown,
  context: CallContext<ProgressOf<Table[Name]>>,
): Promise<unknown> {
  const { log, view } = service;
  const parsed = schemaOf(service, name).safeParse(received);
  if (!parsed.success) {
    log.warn(`${view} called '${name}' with invalid parameters: ${parsed.error.message}`);
    throw new UserError('invalid parameters');
  }
  const params = parsed.data;
  if (service.waits() && !isAllowedBeforeTrust(name, params)) {
    log.warn(`${view} called '${name}' while the workspace was not trusted; it was ignored`);
    throw new UserError(t('the workspace is not trusted'));
  }
  try {
    return await service.handlers[name](params, context);
  } catch (error) {
    report(service, name, error);
    // The page shows what the engine said.
    throw error instanceof UserError ? new UserError(said(error.message), { cause: error }) : error;
  }
}

const schemaOf = <Table extends CallTable<Table>, Name extends keyof Table>(
  { params }: PageService<Table>,
  name: Name,
): z.ZodType<Table[Name]['params']> => params[name];

/** The page shows itself and its one button, and tells its own errors. */
function isAllowedBeforeTrust(name: string, params: unknown): boolean {
  if (name === 'command') return (params as { command?: unknown }).command === 'trust';
  return name === 'watch' || name === 'trouble';
}

function report<Table extends CallTable<Table>>(
  { log, view, queries }: PageService<Table>,
  name: keyof Table & string,
  error: unknown,
) {
  if (queries.includes(name)) {
    if (error instanceof CancelledError) return;
    // The page shows it.
    log.warn(`the call '${name}' of ${view} failed: ${messageOf(error)}`);
  } else {
    reportFailure(log, error);
  }
}

/** Shows an error to the user, and logs it with its stack. Being cancelled is none. */
export function reportFailure(log: Log, error: unknown): void {
  if (error instanceof CancelledError) return;
  log.error(error);
  void showError(`Face Clusters: ${said(messageOf(error))}`);
}

/** Resolves when a call is cancelled or its page is gone. */
export const untilAborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else
      signal.addEventListener(
        'abort',
        () => {
          resolve();
        },
        { once: true },
      );
  });

/** One handler for each command of a page. */
export type CommandHandlers<Command extends string> = Record<Command, () => unknown>;
