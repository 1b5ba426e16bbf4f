import type { ChildProcess } from 'node:child_process';

export interface CodeServer {
  node: string;
  entry: string;
}
export interface Home {
  userDataDir: string;
  extensionsDir: string;
}
export function installCodeServer(): Promise<CodeServer>;
export function freePort(): Promise<number>;
export function installVsix(server: CodeServer, options: Home & { vsix: string }): Promise<void>;
export function startCodeServer(
  server: CodeServer,
  options: Home & {
    folder: string;
    settings?: Record<string, unknown>;
    env?: Record<string, string>;
    locale?: string;
    log?: 'ignore' | 'inherit';
  },
): Promise<{ url: string; origin: string; child: ChildProcess; stop: () => Promise<void> }>;
