/**
 * Runs that were opened from files, unpacked in the extension's storage. A copy belongs to one
 * window, and goes when its file is closed. That of a process that was killed stays until its file
 * is opened again: the corrections in it that were not saved are taken over. Does not depend on VS
 * Code.
 */
import { createHash, randomBytes } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { appendFile, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { logPath } from '../../corrections/correction-log';
import type { BundledModels } from '../../domain/networks';
import type { RunManifest } from '../../domain/run';
import { type ClusteringSettings, checkSettings, clusteringSettings } from '../../domain/settings';
import type { CallOptions, EngineClient } from '../../engine/client';
import { replaceFile } from '../../runs/run-files';
import { codeOf, messageOf } from '../../util/errors';
import { makePrivateFolder, PRIVATE_FILE } from '../../util/private-files';
import { livenessOf, ownProcess, processIdentitySchema } from '../../util/process-identity';

const OWNER = 'owner.json';
/** Age in milliseconds from which a copy that nobody came back to is removed. */
const MAX_AGE_MS = 30 * 24 * 60 * 60 * 1000;

const ownerSchema = z.object({
  file: z.string(),
  process: processIdentitySchema,
  /** Whether there is anything that the file does not hold. */
  changed: z.boolean(),
  /** Whether the window was closed in order: only VS Code's own backup brings it back. */
  left: z.boolean(),
  /** Settings of the clusters, where they were changed. */
  settings: z.record(z.string(), z.unknown()).optional(),
});
type Owner = z.infer<typeof ownerSchema>;

interface CopiesContext {
  /** Folder of all copies. */
  folder: string;
  engine: EngineClient;
  bundled: BundledModels;
  log: (message: string) => void;
}

/** A run as it was opened. */
export interface Opened {
  manifest: RunManifest;
  /** Whether changes of a window that ended before they were saved were taken over. */
  recovered: boolean;
  /** Settings of the clusters then. */
  settings: ClusteringSettings | undefined;
}

export class WorkingCopy {
  readonly id: string;
  private readonly owner: Owner;
  /** Size and time of the file when it was read or written last. */
  private seen: string | undefined;

  /** @param isBackedUp whether VS Code has a backup of changes to the file. */
  constructor(
    private readonly context: CopiesContext,
    readonly file: string,
    private readonly isBackedUp: boolean,
  ) {
    this.id = `${keyOf(file)}-${randomBytes(4).toString('hex')}`;
    this.owner = { file, process: ownProcess(), changed: false, left: false };
  }

  private get folder(): string {
    return join(this.context.folder, this.id);
  }

  get runDir(): string {
    return join(this.folder, 'run');
  }

  /** @throws UserError saying why the file cannot be opened. */
  async open(options: CallOptions): Promise<Opened> {
    const { engine, bundled } = this.context;
    const { runDir, file } = this;
    await makePrivateFolder(this.folder);
    await this.writeOwner();
    await removeUnpacked(runDir);
    this.seen = await identityOf(file);
    const manifest = await engine.call('unpack', { runDir, file, bundled }, options);
    return { manifest, ...(await this.recover()) };
  }

  /** Forgets what was changed since the file was saved. */
  async reopen(options: CallOptions): Promise<Opened> {
    await this.mark(false, undefined);
    return this.open(options);
  }

  /** Notes whether the file lacks something, for the time after a crash. */
  async mark(changed: boolean, settings: ClusteringSettings | undefined): Promise<void> {
    this.owner.changed = changed;
    this.owner.settings = settings;
    await this.writeOwner();
  }

  /** Whether another program has written the file since, so that saving it loses something. */
  async isOutdated(): Promise<boolean> {
    const now = await identityOf(this.file);
    return now !== undefined && now !== this.seen;
  }

  /** Writes the file anew. @returns its size, in bytes. */
  async save(options: CallOptions): Promise<number> {
    const { runDir, file } = this;
    const { engine } = this.context;
    const { bytes } = await engine.call('pack', { runDir, file, overwrite: true }, options);
    this.seen = await identityOf(file);
    return bytes;
  }

  /** Removes the copy when its file is closed. */
  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true, maxRetries: 3 }).catch(
      (error: unknown) => {
        this.context.log(`cannot remove '${this.folder}': ${messageOf(error)}`);
      },
    );
  }

  /** When the window is closed, for which nothing is awaited. */
  leave(): void {
    try {
      if (!this.owner.changed) rmSync(this.folder, { recursive: true, force: true });
      else
        writeFileSync(join(this.folder, OWNER), JSON.stringify({ ...this.owner, left: true }), {
          mode: PRIVATE_FILE,
        });
    } catch (error) {
      this.context.log(`cannot leave '${this.folder}': ${messageOf(error)}`);
    }
  }

  private writeOwner(): Promise<void> {
    return replaceFile(join(this.folder, OWNER), JSON.stringify(this.owner));
  }

  /** Takes over what was not saved of copies of the same file, and removes them. */
  private async recover(): Promise<Pick<Opened, 'recovered' | 'settings'>> {
    let [recovered, settings]: [boolean, ClusteringSettings | undefined] = [false, undefined];
    for (const { name, owner } of await abandonedCopies(this.context.folder)) {
      if (!name.startsWith(`${keyOf(this.file)}-`)) continue;
      const folder = join(this.context.folder, name);
      if (owner.changed && (!owner.left || this.isBackedUp)) {
        await addLines(join(folder, 'run'), this.runDir);
        recovered = true;
        settings = owner.settings && checkedSettings(owner.settings);
        await this.mark(true, settings);
      }
      await rm(folder, { recursive: true, force: true });
    }
    return { recovered, settings };
  }
}

/** Removes copies that nobody comes back to. */
export async function sweepCopies({ folder, log }: CopiesContext): Promise<void> {
  try {
    for (const { name, owner, age } of await abandonedCopies(folder))
      if (!owner.changed || age > MAX_AGE_MS)
        await rm(join(folder, name), { recursive: true, force: true });
  } catch (error) {
    log(`cannot tidy '${folder}': ${messageOf(error)}`);
  }
}

/** Copies whose windows have ended, the oldest first. */
async function abandonedCopies(
  folder: string,
): Promise<{ name: string; owner: Owner; age: number }[]> {
  const names = await readdir(folder).catch(unlessGone);
  const copies: { name: string; owner: Owner; age: number }[] = [];
  for (const name of names ?? []) {
    const path = join(folder, name, OWNER);
    try {
      const owner = ownerSchema.parse(JSON.parse(await readFile(path, 'utf8')));
      const age = Date.now() - (await stat(path)).mtimeMs;
      if (livenessOf(owner.process) !== 'alive') copies.push({ name, owner, age });
    } catch {
      // It is being made or removed.
    }
  }
  return copies.sort((a, b) => b.age - a.age);
}

/** Appends the corrections of a copy that another one lacks. */
async function addLines(from: string, to: string): Promise<void> {
  const linesOf = async (runDir: string) => {
    const text = await readFile(logPath(runDir), 'utf8').catch(unlessGone);
    return (text ?? '').split('\n').filter((line) => line.trim() !== '');
  };
  const known = new Set(await linesOf(to));
  const missing = (await linesOf(from)).filter((line) => !known.has(line));
  if (missing.length > 0)
    await appendFile(logPath(to), `${missing.join('\n')}\n`, { mode: PRIVATE_FILE });
}

function checkedSettings(values: Record<string, unknown>): ClusteringSettings {
  return clusteringSettings(checkSettings(values, (name) => name).settings);
}

async function removeUnpacked(runDir: string): Promise<void> {
  await rm(runDir, { recursive: true, force: true });
  await rm(logPath(runDir), { force: true });
}

/** @returns undefined where there is no file. */
async function identityOf(file: string): Promise<string | undefined> {
  const stats = await stat(file, { bigint: true }).catch(unlessGone);
  return stats && `${stats.size} ${stats.mtimeNs}`;
}

const keyOf = (file: string): string =>
  createHash('sha256').update(file).digest('hex').slice(0, 16);

function unlessGone(error: unknown): undefined {
  if (codeOf(error) !== 'ENOENT') throw error;
  return undefined;
}
