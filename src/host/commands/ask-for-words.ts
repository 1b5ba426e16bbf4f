/** Asks the user what a network does not say of itself. */
import * as vscode from 'vscode';
import type { MissingWord, NetworkWord, NetworkWords } from '../../domain/network-words';
import { decodeText } from '../../text/decode-text';
import { plural } from '../../text/numbers';
import { said } from '../../text/said';
import { t } from '../../text/translate';
import { messageOf, UserError } from '../../util/errors';
import { readRegularFile } from '../../util/read-regular-file';
import { askText, pickOne } from '../outlets';

/** Bytes of a file of names: enough for 10,000 names of 200 characters. */
const MAX_NAMES_BYTES = 4e6;

interface Question extends MissingWord {
  /** Title of the questions, with the name of the network. */
  title: string;
  /** Names of its values so far; none where their number is not known. */
  attributes: readonly string[];
}

/** Answers to a question; undefined if the user cancelled. */
type Ask = (question: Question) => Promise<NetworkWords | undefined>;

const ASK: Partial<Record<NetworkWord, Ask>> = {
  mean: askForScaling,
  activation: ({ title }) =>
    pickOne(
      [
        {
          label: 'Sigmoid',
          description: t('logits, each attribute on its own'),
          value: { activation: 'sigmoid' },
        },
        {
          label: 'Softmax',
          description: t('logits, the values of each output exclude each other'),
          value: { activation: 'softmax' },
        },
        {
          label: t('None'),
          description: t('they are probabilities already'),
          value: { activation: 'none' },
        },
        {
          label: t('Embedding'),
          description: t('a vector to compare faces by; attributes are of the bundled model'),
          value: { activation: 'embedding' },
        },
      ],
      { title: t('{0}: what makes probabilities of its outputs?', title) },
    ),
  layout: ({ title }) =>
    pickOne(
      [
        { label: 'NCHW', description: t('colors first, as of PyTorch'), value: { layout: 'nchw' } },
        { label: 'NHWC', description: t('colors last, as of Keras'), value: { layout: 'nhwc' } },
      ],
      { title: t('{0}: how are the colors of its input arranged?', title) },
    ),
  names: (question) => askForNames(question),
};

/** @returns undefined if the user cancelled. */
export async function askForWords(
  questions: readonly Question[],
): Promise<NetworkWords | undefined> {
  const words: NetworkWords = {};
  for (const question of questions) {
    const ask = ASK[question.word] ?? askForText;
    const answer = await ask(question);
    if (answer === undefined) return undefined;
    Object.assign(words, answer);
  }
  return words;
}

async function askForText({ title, word, reason, help }: Question) {
  const text = await askText({
    title: `${title}: ${word}`,
    prompt: `${said(reason)}: ${said(help)}`,
  });
  return text === undefined ? undefined : { [word]: text };
}

async function askForScaling({ title }: Question): Promise<NetworkWords | undefined> {
  const chosen = await pickOne<NetworkWords | 'own'>(
    [
      {
        label: 'ImageNet',
        description: t(
          'mean 0.485, 0.456, 0.406, std 0.229, 0.224, 0.225: most networks of PyTorch',
        ),
        value: { mean: 'imagenet', std: 'imagenet' },
      },
      {
        label: t('0 to 1'),
        description: t('pixel / 255'),
        value: { mean: '0', std: '1', scale: '255' },
      },
      {
        label: t('-1 to 1'),
        description: t('mean 0.5, std 0.5'),
        value: { mean: '0.5', std: '0.5', scale: '255' },
      },
      { label: t('0 to 255'), description: t('pixels as they are'), value: { scale: '1' } },
      { label: t('Other numbers…'), value: 'own' },
    ],
    { title: t('{0}: how were pixels scaled in training?', title) },
  );
  if (chosen !== 'own') return chosen;
  const prompt = t(
    'One number, or one for each of red, green and blue, of pixels from 0 to 1 or to 255',
  );
  const mean = await askText({ title: `${title}: mean`, prompt, value: '0.5, 0.5, 0.5' });
  const std = mean && (await askText({ title: `${title}: std`, prompt, value: '0.5, 0.5, 0.5' }));
  return mean && std ? { mean, std } : undefined;
}

/**
 * Asks for the names of values.
 * @param assumed names that can be kept.
 */
export async function askForNames(
  { title, attributes }: Pick<Question, 'title' | 'attributes'>,
  assumed?: { label: string },
): Promise<NetworkWords | undefined> {
  const how = await pickOne(
    [
      ...(assumed === undefined ? [] : [{ label: assumed.label, value: 'keep' as const }]),
      { label: t('Type the names…'), value: 'type' as const },
      { label: t('Choose a file…'), description: t('with a name a line'), value: 'file' as const },
    ],
    { title: t('{0}: what are its values called?', title) },
  );
  if (how === 'keep') return {};
  const names = how === 'type' ? await typedNames(title, attributes) : how && (await namesOfFile());
  return names === undefined ? undefined : { names };
}

function typedNames(title: string, attributes: readonly string[]): Promise<string | undefined> {
  const wanted = attributes.length;
  return askText({
    title: t('{0}: names', title),
    prompt: t(
      '{0} in the order of the outputs, with commas between them',
      wanted === 0 ? t('Names') : plural(wanted, 'name'),
    ),
    value: attributes.join(', '),
    problemOf: (text) => {
      const { length } = text.split(',');
      return wanted === 0 || length === wanted
        ? undefined
        : t('{0}; expected {1}', plural(length, 'name'), wanted);
    },
  });
}

async function namesOfFile(): Promise<string | undefined> {
  const [file] =
    (await vscode.window.showOpenDialog({
      title: t('Names of the attributes'),
      openLabel: t('Use These Names'),
    })) ?? [];
  if (file === undefined) return undefined;
  try {
    return decodeText(await readRegularFile(file.fsPath, MAX_NAMES_BYTES));
  } catch (error) {
    throw new UserError(t("cannot read the names in '{0}': {1}", file.fsPath, messageOf(error)), {
      cause: error,
    });
  }
}
