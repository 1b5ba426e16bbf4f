/**
 * A process that opens a store, writes images from a number on, counts those that it can read back,
 * and prints the result as JSON.
 */
import { FaceStore } from '../../src/store/face-store';
import { messageOf } from '../../src/util/errors';
import { KEYS, type Met, recordOf, stripsOf } from '../fuzz/kept-images';

/** Images of a batch. */
const BATCH_SIZE = 10;
/** Number of images. */
const IMAGES = 300;

async function fill(folder: string, from: number): Promise<Met> {
  const store = await FaceStore.open(folder);
  for (let first = from; first < IMAGES; first += BATCH_SIZE) {
    const records = Array.from({ length: BATCH_SIZE }, (_, i) => recordOf(first + i, first));
    store.write(records, stripsOf(first, BATCH_SIZE), KEYS, 1e9);
  }
  store.markUsed([], [1]);
  store.setNote('a note', 'x'.repeat(3000));
  let known = 0;
  for (let i = 0; i < IMAGES; i++) {
    const { path, identity } = recordOf(i, i);
    const content = store.contentOfFile(path, identity);
    const described =
      content && store.attributesOf(content, KEYS.finder, KEYS.model, { faces: 1, attributes: 40 });
    if (described !== undefined && store.strip(described.crops[0]!.strip) !== undefined) known += 1;
  }
  const { recreationReason: madeAnew = null, problem = null } = store;
  store.close();
  return { refused: null, madeAnew, problem, known, wrong: [] };
}

fill(process.argv[2]!, Number(process.argv[3])).then(
  (met) => {
    process.stdout.write(JSON.stringify(met));
  },
  (error: unknown) => {
    process.stdout.write(
      JSON.stringify({
        refused: messageOf(error),
        madeAnew: null,
        problem: null,
        known: 0,
        wrong: [],
      } satisfies Met),
    );
  },
);
