/**
 * Runs that were opened from files, unpacked in the extension's storage. A copy belongs to one
 * window, and goes when its file is closed. That of a process that was killed stays until its file
 * is opened again: the corrections in it that were not saved are taken over. Does not depend on VS
 * Code.
 */
import { createHash, randomBytes } from 'node:crypto';
import { rmSync, statSync, writeFileSync } from 'node:fs';
import { appendFile, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { logBytes, logPath } from '../../corrections/correction-log';
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
  /** Bytes of the log of corrections that the file holds. */
  saved: z.int().min(0),
  /** Whether the window was closed in order: the user may have wanted to keep nothing. */
  left: z.boolean(),
  /** Settings of the clusters, where the file holds others. */
  settings: z.record(z.string(), z.unknown()).optional(),
});
type Owner = z.infer<typeof ownerSchema>;

interface CopiesContext {
  /** Folder of all copies. */
  folder: string;
  engine: EngineClient;
  bundled: BundledModels;
  log: (message: string) => void;
  /** Asks whether changes are wanted that were not saved when a window was closed. */
  wantsBack: (file: string) => Promise<boolean>;
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
  private written: Promise<void> = Promise.resolve();
  /** Names of copies from which changes were taken over, or not wanted: once is enough. */
  private readonly settled = new Set<string>();

  /** @param backup id of the copy that VS Code names as the backup of changes to the file. */
  constructor(
    private readonly context: CopiesContext,
    readonly file: string,
    private readonly backup: string | undefined,
  ) {
    this.id = `${keyOf(file)}-${randomBytes(4).toString('hex')}`;
    this.owner = { file, process: ownProcess(), saved: 0, left: false };
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
    await this.note({ saved: await logBytes(runDir), settings: undefined });
    return { manifest, ...(await this.recover()) };
  }

  /** Notes settings that the file does not hold, for the time after a crash. */
  keepSettings(settings: ClusteringSettings): Promise<void> {
    return this.note({ settings });
  }

  /** Whether there are corrections or settings that the file does not hold. */
  async isChanged(): Promise<boolean> {
    const { saved, settings } = this.owner;
    return settings !== undefined || (await logBytes(this.runDir)) !== saved;
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
    // What is changed meanwhile may be missing.
    const { settings } = this.owner;
    const saved = await logBytes(runDir);
    const { bytes } = await engine.call('pack', { runDir, file, overwrite: true }, options);
    this.seen = await identityOf(file);
    await this.note(this.owner.settings === settings ? { saved, settings: undefined } : { saved });
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
      const { settings, saved } = this.owner;
      const size = statSync(logPath(this.runDir), { throwIfNoEntry: false })?.size ?? 0;
      if (settings === undefined && size === saved)
        rmSync(this.folder, { recursive: true, force: true });
      else
        writeFileSync(join(this.folder, OWNER), JSON.stringify({ ...this.owner, left: true }), {
          mode: PRIVATE_FILE,
        });
    } catch (error) {
      this.context.log(`cannot leave '${this.folder}': ${messageOf(error)}`);
    }
  }

  private note(values: Partial<Owner>): Promise<void> {
    Object.assign(this.owner, values);
    return this.writeOwner();
  }

  private writeOwner(): Promise<void> {
    const written = this.written.then(() =>
      replaceFile(join(this.folder, OWNER), JSON.stringify(this.owner)),
    );
    this.written = written.catch(() => undefined);
    return written;
  }

  /** Takes over what was not saved of copies of the same file, and removes them. */
  private async recover(): Promise<Pick<Opened, 'recovered' | 'settings'>> {
    let [recovered, settings]: [boolean, ClusteringSettings | undefined] = [false, undefined];
    for (const { name, owner, isAlive, isChanged } of await copiesIn(this.context.folder)) {
      if (name === this.id || !name.startsWith(`${keyOf(this.file)}-`)) continue;
      const folder = join(this.context.folder, name);
      const isBackup = name === this.backup;
      if (isAlive && !isBackup) continue; // another window has the file open
      const isWanted = () => !owner.left || isBackup || this.context.wantsBack(this.file);
      const isNew = isChanged && !this.settled.has(name);
      this.settled.add(name);
      if (isNew && (await isWanted())) {
        await addLines(join(folder, 'run'), this.runDir);
        recovered = true;
        settings = owner.settings && checkedSettings(owner.settings);
        await this.note({ settings });
      }
      // The process of a window that was loaded anew may live on for hours, without the window.
      if (isAlive) await replaceFile(join(folder, OWNER), JSON.stringify({ ...owner, left: true }));
      else await rm(folder, { recursive: true, force: true });
    }
    return { recovered, settings };
  }
}

/** Removes copies that nobody comes back to. */
export async function sweepCopies({
  folder,
  log,
}: Pick<CopiesContext, 'folder' | 'log'>): Promise<void> {
  try {
    for (const { name, age, isAlive, isChanged } of await copiesIn(folder))
      if (!isAlive && (!isChanged || age > MAX_AGE_MS))
        await rm(join(folder, name), { recursive: true, force: true });
  } catch (error) {
    log(`cannot tidy '${folder}': ${messageOf(error)}`);
  }
}

interface Copy {
  name: string;
  owner: Owner;
  /** In milliseconds. */
  age: number;
  isAlive: boolean;
  /** Whether there is anything that the file does not hold. */
  isChanged: boolean;
}

/** All copies, the oldest first. */
async function copiesIn(folder: string): Promise<Copy[]> {
  const names = await readdir(folder).catch(unlessGone);
  const copies: Copy[] = [];
  for (const name of names ?? []) {
    const path = join(folder, name, OWNER);
    try {
      const owner = ownerSchema.parse(JSON.parse(await readFile(path, 'utf8')));
      const age = Date.now() - (await stat(path)).mtimeMs;
      const isCorrected = (await logBytes(join(folder, name, 'run'))) !== owner.saved;
      const isChanged = isCorrected || owner.settings !== undefined;
      copies.push({ name, owner, age, isAlive: livenessOf(owner.process) === 'alive', isChanged });
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
