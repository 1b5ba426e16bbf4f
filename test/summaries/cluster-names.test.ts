import { expect, test } from 'vitest';
import { clusterNames, differences } from '../../src/summaries/cluster-names';

const overall = {
  Male: 0.5,
  Smiling: 0.5,
  No_Beard: 0.8,
  Eyeglasses: 0.1,
  Young: 0.8,
  Wearing_Lipstick: 0.4,
  Blond_Hair: 0.1,
};

const cluster = (id: number, occurrences: Record<string, number>, otherOccurrences = {}) => ({
  id,
  occurrences: { ...overall, ...occurrences },
  otherOccurrences,
});
const named = (occurrences: Record<string, number>, others = {}) =>
  clusterNames([cluster(0, occurrences, others)], overall).get(0);

test('a name says what sets a cluster apart, present or absent', () => {
  expect(named({ Male: 0.02, Smiling: 1, Wearing_Lipstick: 0.9 })).toBe(
    'Smiling women with lipstick',
  );
  expect(named({ Male: 1, Smiling: 0.1, No_Beard: 0, Eyeglasses: 0.9 })).toBe(
    'Serious, bearded men with glasses',
  );
  expect(named({ Male: 1, Young: 0 })).toBe('Older men');
  expect(named({ Smiling: 0.9, Blond_Hair: 1 })).toBe('Smiling, blond people');
});

test('what goes without saying, or is near the share of all faces, is left out', () => {
  expect(named({ Male: 1, Wearing_Lipstick: 0 })).toBe('Men');
  expect(named({ Male: 0, Wearing_Lipstick: 0 })).toBe('Women without lipstick');
  expect(named({ Male: 1, Young: 0.9 })).toBe('Men');
  expect(named({})).toBe('Mixed faces');
});

test('attributes by which faces were not compared need a larger difference', () => {
  expect(
    clusterNames([cluster(0, { Male: 1 }, { Goatee: 0.8, Wearing_Hat: 0.8 })], {
      ...overall,
      Goatee: 0.4,
      Wearing_Hat: 0.6,
    }).get(0),
  ).toBe('Men with goatees');
});

test('a network with names of its own gives names with these', () => {
  const names = clusterNames(
    [{ id: 0, occurrences: { Mask: 1, 'Face Shield': 0.1 }, otherOccurrences: {} }],
    { Mask: 0.4, 'Face Shield': 0.5 },
  );
  expect(names.get(0)).toBe('Faces with mask and without face Shield');
});

test('clusters of the same name are told apart by what differs between them', () => {
  const names = clusterNames(
    [
      cluster(0, { Male: 0, Smiling: 1, Young: 0.9 }),
      cluster(1, { Male: 0, Smiling: 1, Young: 0.7 }),
      cluster(2, { Male: 0, Smiling: 1, Young: 0.4 }),
    ],
    { ...overall, Young: 0.75 },
  );
  expect(names.get(0)).toBe('Smiling, young women');
  expect(names.get(1)).toBe('Smiling women');
});

test('noise and what is no face have names of their own', () => {
  const names = clusterNames([cluster(-1, { Male: 1 }), cluster(-2, {})], overall);
  expect([...names.values()]).toEqual(['Noise', 'Not faces']);
});

test('names of attributes like members of objects are attributes', () => {
  const names = clusterNames(
    [{ id: 0, occurrences: { constructor: 1, toString: 0 }, otherOccurrences: {} }],
    { constructor: 0.2 },
  );
  expect(names.get(0)).toBe('Faces with constructor');
});

test('differences are in the order of their distance', () => {
  expect(
    differences(cluster(0, { Male: 1, Smiling: 0.4, Eyeglasses: 0.9 }), overall)
      .slice(0, 3)
      .map(({ name }) => name),
  ).toEqual(['Eyeglasses', 'Male', 'Smiling']);
});
