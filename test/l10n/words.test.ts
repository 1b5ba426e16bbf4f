import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CELEBA_ATTRIBUTES, readableAttribute } from '../../src/domain/attributes';
import { ENGLISH } from '../../src/domain/words/english';
import { GERMAN as VOCABULARY } from '../../src/domain/words/german';
import { clusterNames } from '../../src/summaries/cluster-names';
import { parseQuestion, questionText } from '../../src/summaries/questions';
import { speakEnglish, speakGerman } from '../support/language';

beforeEach(speakGerman);
afterEach(speakEnglish);

/** The name of a cluster with these attributes of almost all (1) or hardly any (0) faces. */
function nameOf(occurrences: Record<string, number>): string {
  const overall = Object.fromEntries(Object.keys(occurrences).map((name) => [name, 0.5]));
  const cluster = { id: 0, occurrences, otherOccurrences: {} };
  return clusterNames([cluster], overall).get(0)!;
}

/** What a question asks for: `Male`, or `-Male` for faces without it. */
const asked = (text: string) => {
  const { conditions, unknown } = parseQuestion(text, CELEBA_ATTRIBUTES);
  return [
    ...conditions.map(({ attribute, present }) => `${present ? '' : '-'}${attribute}`),
    ...unknown.map((word) => `?${word}`),
  ].join(' ');
};

describe('German', () => {
  it('has words for the same attributes as English, at the same places', () => {
    const places = ({ phrases }: typeof ENGLISH) =>
      Object.entries(phrases).map(([name, { place, present, absent, absentImpliedBy }]) => [
        name,
        place,
        present !== undefined,
        absent !== undefined,
        absentImpliedBy,
      ]);
    expect(places(VOCABULARY)).toEqual(places(ENGLISH));
  });

  it.each([
    [{ Smiling: 1, Male: 0, Wearing_Lipstick: 1 }, 'Lächelnde Frauen mit Lippenstift'],
    [{ Male: 1, No_Beard: 0, Eyeglasses: 1 }, 'Bärtige Männer mit Brille'],
    [
      { Smiling: 0, Young: 1, Blond_Hair: 1, Male: 0, Eyeglasses: 0 },
      'Ernste, junge, blonde Frauen ohne Brille',
    ],
    [{ Male: 0, Eyeglasses: 1, Heavy_Makeup: 0 }, 'Frauen mit Brille und ohne Make-up'],
    [{ Male: 1, Wearing_Lipstick: 0 }, 'Männer'],
    [{ Male: 0.5, Wearing_Hat: 1, Wearing_Earrings: 1 }, 'Menschen mit Hut und Ohrringen'],
    [{ Bald: 1 }, 'Glatzköpfige Gesichter'],
    [{ Male: 0.5 }, 'Gemischte Gesichter'],
  ] as const)('names a cluster %j', (occurrences, name) => {
    expect(nameOf(occurrences)).toBe(name);
  });

  it.each([
    ['Brille, nicht lächelnd', 'Eyeglasses -Smiling'],
    ['Männer ohne Bart', 'Male No_Beard'],
    ['bärtige Männer, Brille', '-No_Beard Male Eyeglasses'],
    ['lächelnde Frauen mit Hut und Lippenstift', 'Smiling -Male Wearing_Hat Wearing_Lipstick'],
    ['junger Mann mit Schnurrbart, ohne Brillen', 'Young Male Mustache -Eyeglasses'],
    ['ältere Menschen mit grauen Haaren', '-Young Gray_Hair'],
    ['keine Ohrringe aber blond', '-Wearing_Earrings Blond_Hair'],
    ['Hut; welliges Haar', 'Wearing_Hat Wavy_Hair'],
    ['glasses, not smiling', 'Eyeglasses -Smiling'],
    ['bearded men without hats', '-No_Beard Male -Wearing_Hat'],
    ['Brille Quatsch', 'Eyeglasses ?quatsch'],
  ])('understands %s', (text, conditions) => {
    expect(asked(text)).toBe(conditions);
  });

  it('understands its names of all attributes, and the questions that it writes', () => {
    for (const attribute of CELEBA_ATTRIBUTES)
      for (const present of [true, false]) {
        const conditions = [{ attribute, present }];
        const text = questionText(conditions);
        expect(parseQuestion(text, CELEBA_ATTRIBUTES), text).toEqual({ conditions, unknown: [] });
        expect(readableAttribute(attribute)).not.toBe(attribute.replaceAll('_', ' '));
      }
    expect(
      questionText([
        { attribute: 'Eyeglasses', present: true },
        { attribute: 'Smiling', present: false },
        { attribute: 'Wearing_Hat', present: false },
      ]),
    ).toBe('Brille, nicht lächelnd, ohne Hut');
  });

  it('leaves the attributes of other networks as they are', () => {
    expect(readableAttribute('freckles_or_spots')).toBe('freckles or spots');
    expect(questionText([{ attribute: 'freckles', present: false }])).toBe('ohne freckles');
  });
});

it('is not understood in an English window', () => {
  speakEnglish();
  expect(asked('Brille, nicht lächelnd')).toBe('?brille ?nicht ?lächelnd');
  expect(nameOf({ Smiling: 1, Male: 0 })).toBe('Smiling women');
});
