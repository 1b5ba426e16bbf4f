/** Makes a network file the attribute model. */
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { basename, isAbsolute, join, relative } from 'node:path';
import * as vscode from 'vscode';
import type { MissingWord, NetworkWords } from '../../domain/network-words';
import type { EngineCalls } from '../../protocol/engine';
import { forName } from '../../text/neutralize';
import { plural } from '../../text/numbers';
import { t } from '../../text/translate';
import { UserError } from '../../util/errors';
import { pickOne, showInformation } from '../outlets';
import { readSettings } from '../settings/configuration';
import { hasTrustFor } from '../trust';
import { askForNames, askForWords } from './ask-for-words';
import type { CommandContext } from './command-context';

type Context = Pick<CommandContext, 'engine' | 'history' | 'networksDir'>;
type Found = EngineCalls['missingWords']['result'];

/** A network that can be used as it is. */
interface Usable extends Pick<Found, 'attributes' | 'crop'> {
  path: string;
  isEmbedding?: true;
}

/**
 * Checks a network file and sets it as the attribute model. What the file does not say is asked,
 * and written with the network into a file in the extension's storage, which is used instead.
 * Requires a trusted workspace: opening the file runs what is in it.
 * @param clicked the file of a context menu; the user chooses one without it.
 */
export async function useModel(clicked: vscode.Uri | undefined, context: Context): Promise<void> {
  if (!(await hasTrustFor(t('another model can be used')))) return;
  const file = clicked ?? (await chooseFile());
  if (file === undefined) return;
  const usable = await makeUsable(file.fsPath, context);
  if (usable === undefined) return;
  const { path, attributes, crop, isEmbedding = false } = usable;
  const name = forName(basename(file.fsPath));
  const size = t('crops of {0}×{1} pixels', crop.width, crop.height);
  const { history } = context;
  await history.change({ model: settingOf(path) }, readSettings().settings);
  const undo = t('Undo');
  const answer = await showInformation(
    isEmbedding
      ? t(
          "'{0}' gives the embeddings now, by which faces are compared with the setting 'features: embedding': {1}, {2}. Attributes are of the bundled model.",
          name,
          plural(attributes.length, 'number'),
          size,
        )
      : t(
          "'{0}' is the attribute model now: {1}, {2}.",
          name,
          plural(attributes.length, 'attribute'),
          size,
        ),
    undo,
  );
  if (answer === undo) await history.undo();
}

/** @returns undefined if the user cancelled. */
async function makeUsable(path: string, context: Context): Promise<Usable | undefined> {
  const { engine, networksDir } = context;
  const found = await engine.call('missingWords', { file: path });
  const { missing, attributes, areNamesAssumed, hash } = found;
  if (missing.length === 0 && !areNamesAssumed) return { ...found, path };
  const title = forName(basename(path));
  const out = join(
    networksDir,
    `${basename(path, '.onnx').slice(0, 60)}-${hash.slice(0, 12)}.onnx`,
  );
  if (existsSync(out)) {
    const again = await pickOne(
      [
        { label: t('Use the answers of last time'), value: false },
        { label: t('Answer anew…'), value: true },
      ],
      { title },
    );
    if (again === undefined) return undefined;
    if (!again) return { ...(await engine.call('model', { file: out })), path: out };
  }
  const keepsNames = areNamesAssumed && !missing.some(({ word }) => word === 'names');
  const named = keepsNames
    ? await askForNames({ title, attributes }, { label: assumedLabel(attributes) })
    : {};
  if (named === undefined) return undefined;
  if (missing.length === 0 && named.names === undefined) return { ...found, path };
  return wrap({ path, out, title, attributes, words: named, missing }, context);
}

function assumedLabel(attributes: readonly string[]): string {
  const [first = '', last = ''] = [attributes[0], attributes.at(-1)];
  return attributes.length === 1 ? first : t('{0} to {1}', first, last);
}

interface Wrapping {
  path: string;
  out: string;
  title: string;
  attributes: readonly string[];
  words: NetworkWords;
  missing: readonly MissingWord[];
}

/** Asks for what is missing until the network can be written. */
async function wrap(
  wrapping: Wrapping,
  { engine, networksDir }: Context,
): Promise<Usable | undefined> {
  const { path, out, title, attributes } = wrapping;
  let { missing } = wrapping;
  const words = { ...wrapping.words };
  await mkdir(networksDir, { recursive: true, mode: 0o700 });
  for (;;) {
    const answers = await askForWords(missing.map((each) => ({ ...each, title, attributes })));
    if (answers === undefined) return undefined;
    Object.assign(words, answers);
    const result = await engine.call('wrapNetwork', {
      file: path,
      out,
      overwrite: true,
      words,
      wordsFrom: 'answers',
    });
    if (result.kind === 'written') return { ...result.info, path: out };
    ({ missing } = result);
    // Asking for the same word once more would go on forever.
    if (missing.some(({ word }) => words[word] !== undefined)) throw new UserError(result.problem);
  }
}

async function chooseFile(): Promise<vscode.Uri | undefined> {
  const answer = await vscode.window.showOpenDialog({
    title: t('Attribute model'),
    openLabel: t('Use as Attribute Model'),
    filters: { ONNX: ['onnx'] },
  });
  return answer?.[0];
}

/** Relative inside the first workspace folder, so that the setting works on other computers. */
function settingOf(path: string): string {
  const base = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
  if (base === undefined) return path;
  const below = relative(base, path);
  return below.startsWith('..') || isAbsolute(below) ? path : below;
}
