/** The own settings of a run. They lie beside it, because an analysis replaces the run. */
import { rename, rm } from 'node:fs/promises';
import * as z from 'zod';
import { checkedSteps, checkedValues, type OwnSettings } from '../domain/own-settings';
import { t } from '../text/translate';
import { codeOf, messageOf } from '../util/errors';
import { readRegularFile } from '../util/read-regular-file';
import { replaceFile } from './run-files';

const VERSION = 1;
/** Largest file that is read, in bytes: many times that of all steps with weights of attributes. */
const LARGEST = 50_000_000;

const fileSchema = z.object({
  version: z.literal(VERSION),
  values: z.record(z.string(), z.unknown()),
  done: z.array(z.unknown()),
  undone: z.array(z.unknown()),
});

export interface ReadOwnSettings extends OwnSettings {
  /** What of the file is ignored, and why. */
  problems: string[];
}

const pathOf = (runDir: string) => `${runDir}.settings.json`;
const damagedPathOf = (runDir: string) => `${pathOf(runDir)}.damaged`;

/** What cannot be used is ignored and named; each setting is checked separately. */
export async function readOwnSettings(runDir: string): Promise<ReadOwnSettings> {
  const path = pathOf(runDir);
  try {
    const text = (await readRegularFile(path, LARGEST)).toString('utf8');
    const file = fileSchema.parse(JSON.parse(text));
    const problems: string[] = [];
    const values = checkedValues(file.values, problems);
    const [done, undone] = [checkedSteps(file.done), checkedSteps(file.undone)];
    if (done === undefined || undone === undefined)
      problems.push(t("the steps in '{0}' are damaged, and cannot be undone", path));
    return { values, done: done ?? [], undone: undone ?? [], problems };
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return { values: {}, done: [], undone: [], problems: [] };
    const reason = error instanceof z.ZodError ? t('it has another form') : messageOf(error);
    const problem = t("the own settings in '{0}' cannot be read: {1}", path, reason);
    return { values: {}, done: [], undone: [], problems: [problem] };
  }
}

/** @param keepsDamaged whether a file that could not be used as a whole is put aside, not lost. */
export async function writeOwnSettings(
  runDir: string,
  own: OwnSettings,
  keepsDamaged: boolean,
): Promise<void> {
  const path = pathOf(runDir);
  if (keepsDamaged) await rename(path, damagedPathOf(runDir)).catch(unlessGone);
  await replaceFile(path, JSON.stringify({ version: VERSION, ...own }));
}

export async function removeOwnSettings(runDir: string): Promise<void> {
  await rm(pathOf(runDir), { force: true });
  await rm(damagedPathOf(runDir), { force: true });
}

function unlessGone(error: unknown): void {
  if (codeOf(error) !== 'ENOENT') throw error;
}
