/**
 * All runs of this workspace: those kept on disk and those being made. Knows nothing of VS Code.
 */
import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { join } from 'node:path';
import { listRuns } from '../../runs/run-files';
import { removeRun } from '../../runs/run-place';
import { RunSession, type SessionContext } from './run-session';

export class RunLibrary extends EventEmitter<{ change: [RunSession | undefined] }> {
  private sessions: RunSession[] = [];

  /** @param folder where runs are kept, a folder each. */
  constructor(
    private readonly context: SessionContext,
    private readonly folder: string,
  ) {
    super();
  }

  /** The newest first. */
  get all(): readonly RunSession[] {
    return this.sessions;
  }

  find(id: string): RunSession | undefined {
    return this.sessions.find((session) => session.id === id);
  }

  /** Reads what is kept. */
  async load(): Promise<void> {
    const manifests = await listRuns(this.folder, this.context.log);
    for (const manifest of manifests) {
      if (this.find(manifest.id) !== undefined) continue;
      this.add(
        new RunSession(
          this.context,
          manifest.id,
          join(this.folder, manifest.id),
          manifest.folders,
          manifest,
        ),
        false,
      );
    }
    this.emit('change', undefined);
  }

  /** The run of just these folders, made where there is none. */
  of(folders: readonly string[]): RunSession {
    const key = keyOf(folders);
    const known = this.sessions.find((session) => keyOf(session.folders) === key);
    if (known !== undefined) return known;
    const id = randomUUID();
    const session = new RunSession(this.context, id, join(this.folder, id), [...folders]);
    this.add(session, true);
    return session;
  }

  /** Forgets a run and what was kept of it; the images are not touched. */
  async remove(session: RunSession): Promise<void> {
    session.end();
    this.sessions = this.sessions.filter((other) => other !== session);
    this.emit('change', undefined);
    await removeRun(session.runDir);
  }

  private add(session: RunSession, newest: boolean) {
    if (newest) this.sessions.unshift(session);
    else this.sessions.push(session);
    session.on('state', () => this.emit('change', session));
    this.emit('change', undefined);
  }
}

const keyOf = (folders: readonly string[]) => [...folders].sort().join('\n');
