/**
 * Process that uses a store as a run does: it opens the store, reads all records and writes. It
 * takes the folder of the store, and prints its observations as JSON.
 */
import { FaceStore } from '../../src/store/face-store';
import { messageOf } from '../../src/util/errors';
import { KEYS, type Met, recordOf, STORED, stripOf, stripsOf } from './kept-images';

/**
 * Maximum size of the store in bytes. It is less than the size of its content, so that some records
 * are evicted.
 */
const LIMIT = 200_000;

async function use(folder: string): Promise<Met> {
  let store: FaceStore;
  try {
    store = await FaceStore.open(folder);
  } catch (error) {
    return { refused: messageOf(error), madeAnew: null, problem: null, known: 0, wrong: [] };
  }
  store.beginUse();
  const wrong: string[] = [];
  let known = 0;
  let next = 2 * STORED;
  for (let i = 0; i < 2 * STORED; i++) if (isKnown(store, i, wrong)) known += 1;
  store.counts();
  for (const limit of [1e9, LIMIT, LIMIT]) {
    const records = Array.from({ length: 50 }, (_, j) => recordOf(next + j, next));
    store.write(records, stripsOf(next, 50), KEYS, limit);
    store.unmap();
    next += 50;
  }
  store.markUsed([], [1, 2, 3]);
  store.setNote('a note', { from: folder });
  const { recreationReason: madeAnew, problem } = store;
  store.endUse();
  store.close();
  return { refused: null, madeAnew: madeAnew ?? null, problem: problem ?? null, known, wrong };
}

function isKnown(store: FaceStore, i: number, wrong: string[]): boolean {
  const { path, identity, hash, found, described } = recordOf(i, 50 * Math.floor(i / 50));
  const others = store.hashesOfSize(identity.size).filter((each) => !/^[0-9a-f]{32}$/.test(each));
  if (others.length > 0) wrong.push(`candidates of ${i}`);
  const content = store.contentOfFile(path, identity) ?? store.contentByHash(identity.size, hash);
  if (content === undefined) return false;
  const kept = store.detectionsOf(content, KEYS.finder);
  if (kept === undefined || !('faces' in kept) || !('faces' in found)) return false;
  const expected = { faces: kept.faces.length, attributes: 40 };
  const said = store.attributesOf(content, KEYS.finder, KEYS.model, expected);
  if (said === undefined) return false;
  if (
    said.probabilities.length !== 40 * kept.faces.length ||
    said.crops.length !== kept.faces.length
  )
    wrong.push(`shape of ${i}`);
  for (const [face, { strip }] of said.crops.entries()) {
    if (!store.hasStrip(strip)) return false;
    const jpeg = store.strip(strip);
    if (jpeg === undefined) return false;
    const place = described!.crops[face];
    // A damaged row may refer to another strip, but the content of every strip must be unchanged.
    if (place !== undefined && !isStrip(jpeg)) wrong.push(`strip of ${i}`);
  }
  return true;
}

const isStrip = (jpeg: Buffer) => stripOf(jpeg.readUInt32LE(0)).equals(jpeg);

void use(process.argv[2]!).then((met) => {
  process.stdout.write(JSON.stringify(met));
});
