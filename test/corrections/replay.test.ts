import { expect, test, describe } from 'vitest';
import fc from 'fast-check';
import type { LoggedCorrection } from '../../src/corrections/correction-log';
import { FaceFinder, faceKey } from '../../src/corrections/face-keys';
import { replay } from '../../src/corrections/replay';
import type { Correction } from '../../src/domain/corrections';
import { NOT_FACES } from '../../src/domain/corrections';
import type { FaceTable } from '../../src/runs/run-columns';

/** Images of one face each; the image as a whole is the face. */
function facesOf(count: number): FaceTable {
  const rows = Array.from({ length: count }, (_, row) => row);
  return {
    folder: rows.map(() => 0),
    image: rows.map((row) => `${row}.jpg`),
    face: rows.map(() => 0),
    box: rows.map(() => null),
    score: rows.map(() => null),
    rawPaths: {},
  };
}

const table = facesOf(20);
const finder = new FaceFinder(table);
const keys = (...rows: number[]) => rows.map((row) => faceKey(table, row));
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

/** Two halves, and the third cluster of the last five. */
const BASE = Int32Array.from([
  ...Array<number>(10).fill(0),
  ...Array<number>(5).fill(1),
  ...Array<number>(5).fill(2),
]);

const played = (corrections: Correction[], base = BASE) =>
  replay(
    base,
    corrections.map((correction): LoggedCorrection => ({ at: '', correction })),
    finder,
    ['Smiling'],
  );
const name = (rows: number[], text: string | null): Correction => ({
  kind: 'name',
  cluster: keys(...rows),
  name: text,
});

describe('on the clustering they were made on', () => {
  test('a face that is one after all is where it was, also after a merge and a move', () => {
    const aside = (value: boolean): Correction => ({ kind: 'notFace', faces: keys(9, 12), value });
    const merge: Correction = {
      kind: 'merge',
      into: keys(...range(0, 10)),
      others: [keys(...range(10, 15))],
    };
    const move: Correction = { kind: 'move', faces: keys(9), to: keys(...range(15, 20)) };
    const labelsOf = (...corrections: Correction[]) => {
      const { labels } = played(corrections);
      return [labels[9], labels[12]];
    };
    expect(labelsOf(move, aside(true), aside(false))).toEqual([2, 1]);
    expect(labelsOf(merge, aside(true), aside(false))).toEqual([0, 0]);
    expect(labelsOf(aside(true), merge, aside(false))).toEqual([0, 0]);
    expect(labelsOf(aside(true), aside(true), aside(false))).toEqual([0, 1]);
    expect(labelsOf(aside(false))).toEqual([0, 1]);
  });

  test('names, notes and colors', () => {
    const { notes, missed } = played([
      name(range(0, 10), 'Anna'),
      name(range(0, 10), 'Anne'),
      { kind: 'note', cluster: keys(...range(10, 15)), note: 'from the wedding' },
      { kind: 'color', cluster: keys(...range(10, 15)), color: '#ff0000' },
    ]);
    expect(notes.get(0)).toEqual({ name: 'Anne' });
    expect(notes.get(1)).toEqual({ note: 'from the wedding', color: '#ff0000' });
    expect(missed).toEqual([]);
    expect(played([name(range(0, 10), 'A'), name(range(0, 10), null)]).notes.get(0)).toEqual({});
  });

  test('merging keeps both names', () => {
    const { labels, notes } = played([
      name(range(0, 10), 'Anna'),
      name(range(10, 15), 'Ben'),
      {
        kind: 'merge',
        into: keys(...range(0, 10)),
        others: [keys(...range(10, 15)), keys(...range(15, 20))],
      },
    ]);
    expect(new Set(labels)).toEqual(new Set([0]));
    expect(notes.get(0)).toEqual({ name: 'Anna', formerNames: ['Ben'] });
  });

  test('splitting, moving, gathering, and what is no face', () => {
    const { labels, notes } = played([
      { kind: 'split', parts: [keys(...range(0, 7)), keys(7, 8, 9)] },
      { kind: 'move', faces: keys(0), to: keys(...range(10, 15)) },
      { kind: 'gather', faces: keys(18, 19) },
      { kind: 'notFace', faces: keys(1, 2), value: true },
      { kind: 'notFace', faces: keys(2), value: false },
    ]);
    expect(Array.from(labels)).toEqual([
      1,
      NOT_FACES,
      0,
      0,
      0,
      0,
      0,
      3,
      3,
      3,
      1,
      1,
      1,
      1,
      1,
      2,
      2,
      2,
      4,
      4,
    ]);
    expect(notes.get(4)).toEqual({ pinned: true });
  });
});

describe('on another clustering', () => {
  test('a name goes to the cluster that is most like its own', () => {
    const another = Int32Array.from([...Array<number>(2).fill(5), ...Array<number>(18).fill(6)]);
    const { notes } = played([name(range(0, 10), 'Anna')], another);
    expect(notes.get(6)).toEqual({ name: 'Anna' });
  });

  test('of two names in one cluster the more similar stays, and the other is listed', () => {
    const { notes, missed } = played(
      [name(range(0, 10), 'Anna'), name(range(10, 15), 'Ben')],
      new Int32Array(20),
    );
    expect(notes.get(0)).toEqual({ name: 'Anna' });
    expect(missed).toEqual([
      { text: 'The name “Ben”', reason: 'its faces are in the cluster “Anna” now' },
    ]);
  });

  test('merged clusters are merged, whatever they are cut into', () => {
    const cut = Int32Array.from(range(0, 20).map((row) => Math.floor(row / 3)));
    const { labels } = played(
      [{ kind: 'merge', into: keys(...range(0, 10)), others: [keys(...range(10, 15))] }],
      cut,
    );
    expect(new Set(labels.slice(0, 15)).size).toBe(1);
    expect(new Set(labels.slice(15)).size).toBe(2);
  });

  test('a pinned cluster keeps its faces, with its name, until it is unpinned', () => {
    const mixed = Int32Array.from(range(0, 20).map((row) => row % 2));
    const pin: Correction = { kind: 'pin', cluster: keys(...range(0, 10)), pinned: true };
    const pinned = played([name(range(0, 10), 'Anna'), pin], mixed);
    const [id] = pinned.labels;
    expect(Array.from(pinned.labels).map((each) => each === id)).toEqual(
      range(0, 20).map((row) => row < 10),
    );
    const unpinned = played([pin, { ...pin, pinned: false }], mixed);
    expect(Array.from(unpinned.labels)).toEqual(Array.from(mixed));
  });

  test('what cannot be matched is listed', () => {
    const single = Int32Array.from(range(0, 20));
    const { missed } = played([name(range(0, 10), 'Anna')], single);
    expect(missed).toEqual([]); // each face is a cluster of which the group has the majority
    const scattered = Int32Array.from(range(0, 20).map((row) => row % 5));
    expect(played([name(range(0, 5), 'Ben')], scattered).missed).toEqual([
      {
        text: 'Named a cluster “Ben”',
        reason: 'the 5 faces of its cluster are in several clusters now',
      },
    ]);
    const gone = played([name([0, 1, 2], 'Anna'), { kind: 'gather', faces: [['0/gone.jpg']] }]);
    expect(gone.missed[0]?.reason).toBe(
      "1 face of 1 face is not in this run, such as that of 'gone.jpg'",
    );
  });
});

describe('faces of photos', () => {
  const photos: FaceTable = {
    ...facesOf(3),
    image: ['a.jpg', 'a.jpg', 'b.jpg'],
    box: [
      { x: 0, y: 0, width: 100, height: 100 },
      { x: 200, y: 0, width: 100, height: 100 },
      { x: 0, y: 0, width: 50, height: 50 },
    ],
  };

  test('are found by their boxes, whatever their order', () => {
    const other = new FaceFinder({ ...photos, box: [photos.box[1]!, photos.box[0]!, null] });
    expect(other.rowOf(faceKey(photos, 0))).toBe(1);
    expect(other.rowOf(faceKey(photos, 1))).toBe(0);
    expect(other.rowOf(faceKey(photos, 2))).toBeUndefined();
  });

  test('are not taken for others of the image', () => {
    expect(new FaceFinder(photos).rowOf(['0/a.jpg', 60, 0, 100, 100])).toBeUndefined();
    expect(new FaceFinder(photos).rowOf(['0/a.jpg', 10, 0, 100, 100])).toBe(0);
  });
});

const rows = fc.uniqueArray(fc.integer({ min: 0, max: 19 }), { minLength: 1, maxLength: 12 });
const group = rows.map((each) => keys(...each));
const correction: fc.Arbitrary<Correction> = fc.oneof(
  fc.record({
    kind: fc.constant('name' as const),
    cluster: group,
    name: fc.constantFrom('Anna', 'Ben', 'Cem', 'Dora'),
  }),
  fc.record({ kind: fc.constant('merge' as const), into: group, others: fc.array(group) }),
  fc.record({ kind: fc.constant('split' as const), parts: fc.array(group) }),
  fc.record({ kind: fc.constant('move' as const), faces: group, to: group }),
  fc.record({ kind: fc.constant('gather' as const), faces: group }),
  fc.record({ kind: fc.constant('pin' as const), cluster: group, pinned: fc.boolean() }),
  fc.record({ kind: fc.constant('notFace' as const), faces: group, value: fc.boolean() }),
);
const labels = fc
  .array(fc.integer({ min: -1, max: 6 }), { minLength: 20, maxLength: 20 })
  .map((each) => Int32Array.from(each));

test('no corrections lose a face or a name, on any clustering', () => {
  fc.assert(
    fc.property(labels, fc.array(correction, { maxLength: 12 }), (base, corrections) => {
      const { labels: found, notes, missed } = played(corrections, base);
      expect(found.length).toBe(20);
      const ids = new Set(found);
      for (const id of notes.keys()) expect(ids).toContain(id);
      const said = [...notes.values()].flatMap((each) => [each.name, ...(each.formerNames ?? [])]);
      const listed = missed.map(({ text }) => text).join();
      const namings = corrections.filter((each) => each.kind === 'name');
      const last = namings.at(-1);
      if (last !== undefined)
        expect(said.includes(last.name ?? '') || listed.includes(`“${last.name}”`)).toBe(true);
      // The order of a log is its meaning: the same log gives the same clusters.
      expect(played(corrections, base)).toEqual({ labels: found, notes, missed });
    }),
    { numRuns: 500 },
  );
});
