/**
 * Writes a network that needs nothing else: with all weights inside, in the form that the program
 * uses, and with metadata. The file it is made of stays as it is.
 */
import { realpath, rename, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { checkNetwork } from '../../networks/check-network';
import { describeForm } from '../../networks/describe-form';
import { activationFor, missingText } from '../../networks/missing-words';
import { findForm, wrapped } from '../../networks/network-content';
import { saidBy } from '../../networks/said-words';
import { NotProbabilities } from '../../networks/test-network';
import type { EngineCalls } from '../../protocol/engine';
import { shortPath } from '../../text/short-path';
import { t } from '../../text/translate';
import { hashOf } from '../../util/content-hash';
import { codeOf, UserError } from '../../util/errors';
import { fsReason } from '../../util/fs-errors';
import { makeTemporaryFolder } from '../../util/temporary-folder';
import { FILE_MODE, publishNew, statOf, whatInstead } from '../../util/user-files';
import type { JobContext } from './job-context';

type Params = EngineCalls['wrapNetwork']['params'];
type Result = EngineCalls['wrapNetwork']['result'];

/** @throws UserError that says what is missing, does not fit, or cannot be written. */
export async function wrapNetwork(params: Params, { signal }: JobContext): Promise<Result> {
  const { file, out, words, wordsFrom } = params;
  await checkTarget(params);
  const asked = saidBy(words, (word) =>
    wordsFrom === 'options' ? `--${word}` : t('your {0}', word),
  );
  const found = await findForm(file, asked, signal);
  const { form, graph, missing } = found;
  if (missing.length > 0)
    return {
      kind: 'missing',
      missing,
      problem: t("the model '{0}' cannot be wrapped yet: {1}", file, missingText(missing, file)),
    };
  const bytes = wrapped(file, found);
  try {
    const info = await checkNetwork(file, hashOf(bytes), { asked, signal });
    await withWriteErrors(out, () => write(bytes, params));
    return { kind: 'written', info, lines: describeForm(form, graph) };
  } catch (error) {
    if (!(error instanceof NotProbabilities) || words.activation !== undefined) throw error;
    return { kind: 'missing', missing: [activationFor(error)], problem: error.message };
  }
}

/** @throws UserError where a file must not be written, or replaced, there. */
async function checkTarget({ file, out, overwrite }: Params): Promise<void> {
  if (!/\.onnx$/i.test(out))
    throw new UserError(
      t("cannot write '{0}': {1}", shortPath(out), t('expected a name that ends in .onnx')),
    );
  const stats = await statOf(out);
  if (stats === undefined) return;
  const same = await Promise.all([file, out].map((path) => realpath(path).catch(() => path)));
  if (same[0] === same[1])
    throw new UserError(
      t(
        "cannot write '{0}': it is the network itself, which stays as it is; choose another name",
        shortPath(out),
      ),
    );
  if (!stats.isFile())
    throw new UserError(t("cannot write '{0}': it {1}", shortPath(out), whatInstead(stats)));
  if (!overwrite)
    throw new UserError(
      t("'{0}' exists: choose another name, or replace it with --overwrite", shortPath(out)),
    );
}

/** Writes the file under another name, and moves it to its place. */
async function write(bytes: Uint8Array, { out, overwrite }: Params): Promise<void> {
  const folder = await makeTemporaryFolder(dirname(out), { hidden: true });
  try {
    const temporary = join(folder.path, basename(out));
    await writeFile(temporary, bytes, { flag: 'wx', mode: FILE_MODE });
    if (overwrite) await rename(temporary, out);
    else if (!(await publishNew(temporary, out)))
      throw new UserError(t("'{0}' exists by now: choose another name", shortPath(out)));
  } finally {
    await folder.remove();
  }
}

async function withWriteErrors(out: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (error instanceof UserError || codeOf(error) === undefined) throw error;
    throw new UserError(
      t(
        "cannot write '{0}' in '{1}': {2}",
        shortPath(basename(out)),
        shortPath(dirname(out)),
        fsReason(error),
      ),
      { cause: error },
    );
  }
}
