/** What is wrong with networks and labels is said by the engine in English, and shown in German. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readLabels } from '../../src/datasets/labels';
import { findForm, readNetwork } from '../../src/networks/network-content';
import { said } from '../../src/text/said';
import { messageOf } from '../../src/util/errors';
import {
  type ForeignHead,
  type ForeignInput,
  foreignNetwork,
  plain,
} from '../support/foreign-networks';
import { temporaryFolder } from '../support/images';
import { speakEnglish, speakGerman } from '../support/language';

beforeEach(speakEnglish);
afterEach(speakEnglish);

function inGerman(english: string): string {
  speakGerman();
  const german = said(english);
  speakEnglish();
  return german;
}

async function written(name: string, content: string | Uint8Array): Promise<string> {
  const file = join(await temporaryFolder(), name);
  await writeFile(file, content);
  return file;
}

/** What a German window shows of a failure, without the path of the file. */
async function refusal(file: string, work: () => Promise<unknown>): Promise<string> {
  const error: unknown = await work().then(
    () => new Error('it did not fail'),
    (reason: unknown) => reason,
  );
  return inGerman(messageOf(error)).replaceAll(file, 'FILE');
}

describe('networks', () => {
  const UINT8: ForeignInput = { type: 'uint8' };
  const heads: ForeignHead[] = [{ name: 'p', values: 3 }];
  const logits: ForeignHead[] = [{ name: 'p', values: 3, end: plain('p') }];
  const refused = async (bytes: Uint8Array) => {
    const file = await written('own.onnx', bytes);
    return refusal(file, () => readNetwork(file));
  };

  it('that cannot be used', async () => {
    expect(await refused(Buffer.from('only some text'))).toMatch(
      /^das Modell „FILE“ kann nicht verwendet werden: es ist kein ONNX-Modell, oder die Datei ist beschädigt: es /,
    );
    expect(await refused(Buffer.alloc(0))).toBe(
      'die Modelldatei „FILE“ ist leer (0 Bytes); erwartet wird ein ONNX-Modell',
    );
    const named = (names: string) => foreignNetwork(UINT8, heads, { foreign: { names } });
    expect(await refused(named('a,b'))).toBe(
      'das Modell „FILE“ kann nicht verwendet werden: es hat 3 Ausgaben, sein Metadateneintrag „names“ nennt aber 2 Merkmale: erwartet wird ein Name für jede, den --names des Befehls wrap geben kann',
    );
    expect(await refused(named("{0: 'a', 1: 'b', 3: 'c'}"))).toBe(
      'das Modell „FILE“ kann nicht verwendet werden: sein Metadateneintrag „names“ nummeriert die 3 Namen anders als von 0 bis 2: 2 fehlt',
    );
    expect(await refused(named('a,b,a'))).toBe(
      'das Modell „FILE“ kann nicht verwendet werden: sein Metadateneintrag „names“ hat als Namen 3 „a“: Name 1 ist derselbe; erwartet wird für jede Ausgabe ein anderer Name, den --names des Befehls wrap geben kann',
    );
  });

  it('that do not say all of themselves', async () => {
    expect(await refused(foreignNetwork({}, heads))).toMatch(
      /^das Modell „FILE“ kann nicht verwendet werden: nichts sagt, wie aus Pixeln die Zahlen seiner Eingabe „[^”]+“ \([^)]+\) werden \(--mean imagenet .* für 0 bis 255\); .*nichts benennt die 3 Werte seiner Ausgabe „p“ \(ihre Namen der Reihe nach: .*\)\. Geben Sie es einmal mit „face-clusters wrap own\.onnx --out own\.wrapped\.onnx .*“ an, oder wählen Sie in VS Code „Als Merkmalsmodell verwenden“, das danach fragt$/,
    );
  });

  it('of which something is assumed', async () => {
    const foreign = { names: 'a,b,c', mean: '0.5', std: '0.5', activation: 'sigmoid' };
    const file = await written('own.onnx', foreignNetwork({}, logits, { foreign }));
    const { form } = await findForm(file, {});
    const notices = form.notices.map((notice) => inGerman(`the model 'own.onnx': ${notice}`));
    expect(notices).toContain(
      'das Modell „own.onnx“: Pixel werden skaliert, wie sein Metadateneintrag „mean“ angibt: (Pixel / 255 − 0,5) / 0,5',
    );
    expect(notices).toContain(
      'das Modell „own.onnx“: sigmoid wird auf seine Ausgaben angewendet, wie sein Metadateneintrag „activation“ angibt',
    );
  });
});

describe('labels', () => {
  const refused = async (text: string, name = 'labels.csv') => {
    const file = await written(name, text);
    return refusal(file, () => readLabels(file));
  };

  it('that cannot be read', async () => {
    expect(await refused('')).toMatch(/^die Labels „FILE“ sind leer: erwartet werden eine Zeile/);
    expect(await refused('Bald Male\na.jpg 1 3\n', 'labels.txt')).toMatch(
      /^die Labels „FILE“, Zeile 2, Spalte „Male“: erwartet wird -1 oder eine Zahl von 0 bis 1, nicht „3“; yes, no, true und false werden auch gelesen/,
    );
    expect(await refused('%PDF-1.7 …')).toBe(
      'die Labels „FILE“ können nicht gelesen werden: es ist keine Tabelle, sondern ein PDF',
    );
    expect(await refused('image,age,score\na.jpg,44,7\nb.jpg,23,9\n')).toBe(
      'die Labels „FILE“ haben kein Merkmal: erwartet werden Spalten wie 5_o_Clock_Shadow, Arched_Eyebrows, Attractive, nicht image, age, score; ausgelassen: age (Zahlen außerhalb von 0 bis 1), score',
    );
  });

  it('of which something is left out', async () => {
    const file = await written(
      'own.csv',
      'image,age,Male,glasses\na.jpg,44,1,0\nb.jpg,23,0,\nb.jpg,23,0,1\n',
    );
    const { remarks } = await readLabels(file);
    expect(remarks.map((remark) => inGerman(remark))).toEqual([
      '1 Spalte ausgelassen, die kein Merkmal ist: age (Zahlen außerhalb von 0 bis 1)',
      '1 Zeile mit dem Namen einer früheren: b.jpg; sie stimmen überein, und jedes Bild zählt einmal',
    ]);
    expect(inGerman(`own.csv: ${remarks[0]!}`)).toMatch(/^own\.csv: 1 Spalte ausgelassen/);
  });
});
