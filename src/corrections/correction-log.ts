/**
 * The log of a folder's corrections: a file of JSON lines beside its run, to which each correction,
 * undo and redo is appended. Nothing in it is ever changed.
 */
import { open, readFile, rm, stat } from 'node:fs/promises';
import * as z from 'zod';
import { type Correction, correctionSchema } from '../domain/corrections';
import { t } from '../text/translate';
import { codeOf, messageOf, UserError } from '../util/errors';
import { PRIVATE_FILE } from '../util/private-files';

/** Version of the lines. A line of a later version is not understood, and is named. */
const LOG_VERSION = 1;

/** Largest log that is read, in bytes: V8's longest text is only little longer. */
const MAX_BYTES = 500_000_000;
/** Kept for undoing what fills the file, which could not be read with more. */
const RESERVED_BYTES = 1_000_000;

const at = z.iso.datetime();
const entrySchema = z.union([
  z.strictObject({ v: z.literal(LOG_VERSION), at, do: correctionSchema }),
  z.strictObject({ v: z.literal(LOG_VERSION), at, step: z.enum(['undo', 'redo']) }),
]);
type LogEntry = z.infer<typeof entrySchema>;

/** A correction with the time at which it was made, in ISO 8601. */
export interface LoggedCorrection {
  at: string;
  correction: Correction;
}

export interface CorrectionLog {
  /** Size of the file. */
  bytes: number;
  /** In effect, the oldest first. */
  done: LoggedCorrection[];
  /** Can be redone, the next one last. */
  undone: LoggedCorrection[];
  /** Lines that cannot be read, for people. */
  damaged: string[];
}

/** Path of the log of the run in a folder. It stays when another run replaces the run. */
export const logPath = (runDir: string): string => `${runDir}.corrections.jsonl`;

/** Size of the log of a run, in bytes; 0 where there is none. */
export async function logBytes(runDir: string): Promise<number> {
  try {
    return (await stat(logPath(runDir))).size;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return 0;
    throw error;
  }
}

/** @throws UserError where the log is too large. */
export async function readLog(runDir: string): Promise<CorrectionLog> {
  const bytes = await logBytes(runDir);
  if (bytes === 0) return { bytes, done: [], undone: [], damaged: [] };
  const path = logPath(runDir);
  if (bytes > MAX_BYTES)
    throw new UserError(
      t("the corrections in '{0}' take {1} bytes: expected at most {2}", path, bytes, MAX_BYTES),
    );
  const text = await readFile(path, 'utf8');
  const entries: LogEntry[] = [];
  const damaged: string[] = [];
  text.split('\n').forEach((line, i) => {
    if (line.trim() === '') return;
    const entry = parseEntry(line);
    if (typeof entry === 'string') damaged.push(t("line {0} of '{1}' {2}", i + 1, path, entry));
    else entries.push(entry);
  });
  return { bytes, ...inEffect(entries), damaged };
}

function parseEntry(line: string): LogEntry | string {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    return t('is not JSON: {0}', messageOf(error));
  }
  const result = entrySchema.safeParse(value);
  if (result.success) return result.data;
  const version = (value as { v?: unknown } | null)?.v;
  return version !== LOG_VERSION && typeof version === 'number'
    ? t('is of version {0}: expected {1}', version, LOG_VERSION)
    : t('is not a correction: {0}', result.error.issues[0]?.message ?? '');
}

/** Follows undo and redo. A new correction ends what could be redone. */
function inEffect(entries: readonly LogEntry[]): Pick<CorrectionLog, 'done' | 'undone'> {
  const done: LoggedCorrection[] = [];
  let undone: LoggedCorrection[] = [];
  for (const entry of entries) {
    if ('do' in entry) {
      done.push({ at: entry.at, correction: entry.do });
      undone = [];
      continue;
    }
    const [from, to] = entry.step === 'undo' ? [done, undone] : [undone, done];
    const last = from.pop();
    if (last !== undefined) to.push(last);
  }
  return { done, undone };
}

/** Appends an entry, and waits until it is on the disk. */
export async function appendToLog(
  runDir: string,
  entry: { do: Correction } | { step: 'undo' | 'redo' },
): Promise<void> {
  const line = JSON.stringify({ v: LOG_VERSION, at: new Date().toISOString(), ...entry });
  const file = await open(logPath(runDir), 'a+', PRIVATE_FILE);
  try {
    // A process that was killed may have left a part of a line, which must not spoil this one.
    const { size } = await file.stat();
    const last = Buffer.alloc(1);
    if (size > 0) await file.read(last, 0, 1, size - 1);
    const isBroken = size > 0 && last[0] !== 0x0a;
    // In one piece: `appendFile` writes parts, between which another process may write.
    const bytes = Buffer.from(`${isBroken ? '\n' : ''}${line}\n`);
    const most = MAX_BYTES - ('do' in entry ? RESERVED_BYTES : 0);
    if (size + bytes.length > most)
      throw new UserError(
        t(
          'there are too many corrections: with this one they would take more than {0} bytes',
          most,
        ),
      );
    const { bytesWritten } = await file.write(bytes);
    if (bytesWritten < bytes.length) await file.appendFile(bytes.subarray(bytesWritten));
    await file.sync();
  } finally {
    await file.close();
  }
}

export const removeLog = (runDir: string): Promise<void> => rm(logPath(runDir), { force: true });
