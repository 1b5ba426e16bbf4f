/** All runs of this workspace, stored or in progress. Does not depend on VS Code. */
import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { join } from 'node:path';
import { removeAllKept } from '../../runs/kept-clusterings';
import { removeOwnSettings } from '../../runs/own-settings-file';
import { removeLog } from '../../corrections/correction-log';
import { listRuns } from '../../runs/run-files';
import { removeRun } from '../../runs/run-place';
import { RunSession } from './run-session';
import type { SessionContext } from './session-context';

interface LibraryEvents {
  /** A change of one run, or of the list of runs (undefined). */
  change: [RunSession | undefined];
  /** Progress of a job. */
  progress: [RunSession];
}

export class RunLibrary extends EventEmitter<LibraryEvents> {
  private sessions: RunSession[] = [];

  /** @param folder parent of the folders of the runs. */
  constructor(
    private readonly context: SessionContext,
    private readonly folder: string,
  ) {
    super();
  }

  /** All runs, the newest first. */
  get all(): readonly RunSession[] {
    return this.sessions;
  }

  find(id: string): RunSession | undefined {
    return this.sessions.find((session) => session.id === id);
  }

  /** Reads the list of stored runs. */
  async load(): Promise<void> {
    for (const manifest of await listRuns(this.folder, this.context.log)) {
      const { id, folders } = manifest;
      if (this.find(id) !== undefined) continue;
      const session = new RunSession(this.context, id, join(this.folder, id), folders, manifest);
      this.sessions.push(session);
      this.follow(session);
    }
    this.emit('change', undefined);
  }

  /** The run of exactly these folders, in any order; creates it if there is none. */
  getOrCreate(folders: readonly string[]): RunSession {
    const key = keyOf(folders);
    const known = this.sessions.find((session) => keyOf(session.folders) === key);
    if (known !== undefined) return known;
    const id = randomUUID();
    const session = new RunSession(this.context, id, join(this.folder, id), [...folders]);
    this.sessions.unshift(session);
    this.follow(session);
    return session;
  }

  /** Lists a run that was opened from a file, until it is closed. */
  open(session: RunSession): void {
    this.sessions.unshift(session);
    this.follow(session);
  }

  /** Takes such a run from the list. */
  close(session: RunSession): void {
    session.end();
    this.sessions = this.sessions.filter((other) => other !== session);
    this.emit('change', undefined);
  }

  /** Removes a run from the list and the disk; the images are not touched. */
  async remove(session: RunSession): Promise<void> {
    session.end();
    this.sessions = this.sessions.filter((other) => other !== session);
    this.emit('change', undefined);
    await removeRun(session.runDir);
    await removeLog(session.runDir);
    await removeAllKept(session.runDir);
    await removeOwnSettings(session.runDir);
  }

  private follow(session: RunSession) {
    session.on('state', () => this.emit('change', session));
    session.on('progress', () => this.emit('progress', session));
    this.emit('change', undefined);
  }
}

const keyOf = (folders: readonly string[]) => [...folders].sort().join('\n');
