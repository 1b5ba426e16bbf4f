/**
 * LFW's official divisions of its people (Huang et al., 'Labeled Faces in the Wild', 2007): the
 * development set of view 1 in training and test, and the ten folds of view 2.
 */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { t } from '../text/translate';
import { pathParts, stemOf } from './image-names';
import { eachLine } from './lines';
import { tablePieces } from './table-pieces';

/** Files that divide the people, the best first; those of pairs name only some of them. */
const DIVISIONS: readonly (readonly [file: string, partition: string | undefined][])[] = [
  [
    ['peopleDevTrain.txt', 'training'],
    ['peopleDevTest.txt', 'test'],
  ],
  [
    ['pairsDevTrain.txt', 'training'],
    ['pairsDevTest.txt', 'test'],
  ],
  [['people.txt', undefined]],
  [['pairs.txt', undefined]],
];

export interface LfwPartitions {
  /** Names of the files, for people. */
  files: string;
  /** Partition of an image, by its person: training, test, or 'fold 1' to 'fold 10'. */
  partitionOf: (name: string) => string | undefined;
}

/**
 * @param folder of the labels; the files may also lie in `lfw` below or in the folder above.
 * @returns undefined where there are none.
 * @throws UserError where a file cannot be read; the signal's reason.
 */
export async function lfwPartitions(
  folder: string,
  signal?: AbortSignal,
): Promise<LfwPartitions | undefined> {
  const places = [folder, join(folder, 'lfw'), dirname(folder)];
  for (const division of DIVISIONS) {
    const place = places.find((each) => division.every(([file]) => existsSync(join(each, file))));
    if (place === undefined) continue;
    const partitions = new Map<string, string>();
    for (const [file, partition] of division)
      await readPeople(join(place, file), partition, partitions, signal);
    return {
      files: division.map(([file]) => file).join(t(' and ')),
      partitionOf: (name) => partitions.get(personOf(name)),
    };
  }
  return undefined;
}

/** `Aaron_Eckhart/Aaron_Eckhart_0001.jpg` → `aaron_eckhart` */
const personOf = (name: string): string =>
  stemOf(pathParts(name).at(-1) ?? '').replace(/_\d+$/, '');

/**
 * Lines of a person and its number of images, or of a pair: a person and two images, or two persons
 * with an image each. Numbers alone begin a fold; two of them are the folds and the pairs of a kind
 * in each.
 * @param partition of all people; undefined for that of their fold.
 */
async function readPeople(
  file: string,
  partition: string | undefined,
  partitions: Map<string, string>,
  signal: AbortSignal | undefined,
): Promise<void> {
  let fold = 0;
  /** Pairs of a fold, and those that were read. */
  let [pairs, read] = [Infinity, 0];
  let isFirst = true;
  await eachLine(tablePieces(file, 'partitions', signal), (bytes, start, end) => {
    const fields = bytes.toString('utf8', start, end).trim().split(/\s+/);
    if (fields[0] === '') return true;
    if (fields.every((field) => /^\d+$/.test(field))) {
      if (fields.length === 2) pairs = 2 * Number(fields[1]);
      else if (!isFirst) fold += 1;
    } else {
      if (read++ % pairs === 0 && pairs !== Infinity) fold += 1;
      const people = fields.length === 4 ? [fields[0]!, fields[2]!] : [fields[0]!];
      for (const person of people) {
        const key = stemOf(person);
        if (!partitions.has(key)) partitions.set(key, partition ?? `fold ${Math.max(1, fold)}`);
      }
    }
    isFirst = false;
    return true;
  });
}
