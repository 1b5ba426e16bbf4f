/** German names (`Lächelnde Frauen mit Lippenstift`) and questions (`Männer ohne Bart`). */
import { before, joiner, type Vocabulary, withWords } from './vocabulary';

/** Attributes whose names are adjectives, beside those that stand before a noun. */
const ADJECTIVES: ReadonlySet<string> = new Set(['Attractive', 'Blurry', 'Chubby', 'Male']);

const PHRASES: Vocabulary['phrases'] = {
  Smiling: before('lächelnde', 'ernste'),
  Young: before('junge', 'ältere'),
  Bald: before('glatzköpfige'),
  No_Beard: before(undefined, 'bärtige'),
  Blond_Hair: before('blonde'),
  Black_Hair: before('schwarzhaarige'),
  Brown_Hair: before('braunhaarige'),
  Gray_Hair: before('grauhaarige'),
  Eyeglasses: withWords('Brille', 'Brille'),
  Wearing_Hat: withWords('Hut', 'Hut'),
  Wearing_Lipstick: { ...withWords('Lippenstift', 'Lippenstift'), absentImpliedBy: 'present' },
  Heavy_Makeup: { ...withWords('Make-up', 'Make-up'), absentImpliedBy: 'present' },
  Wearing_Earrings: withWords('Ohrringen'),
  Wearing_Necklace: withWords('Halskette'),
  Wearing_Necktie: withWords('Krawatte'),
  Bangs: withWords('Pony'),
  Wavy_Hair: withWords('welligem Haar'),
  Straight_Hair: withWords('glattem Haar'),
  Receding_Hairline: withWords('Geheimratsecken'),
  Mustache: withWords('Schnurrbart'),
  Goatee: withWords('Kinnbart'),
  Sideburns: withWords('Koteletten'),
};

/** Short words keep their ends, which tell them apart. */
const stemOfWord = (word: string) =>
  word.length < 5 ? word : word.replace(/(?:e[nmrs]?|[ns])$/, '');

export const GERMAN: Vocabulary = {
  nouns: { present: 'Männer', absent: 'Frauen', mixed: 'Menschen', unknown: 'Gesichter' },
  phrases: PHRASES,
  join: joiner({ and: 'und', with: 'mit', without: 'ohne' }),
  negated: (attribute, readable) =>
    ADJECTIVES.has(attribute) || ['Smiling', 'Young', 'Bald', 'No_Beard'].includes(attribute)
      ? `nicht ${readable.charAt(0).toLowerCase()}${readable.slice(1)}`
      : `ohne ${readable}`,
  synonyms: {
    mann: { attribute: 'Male', present: true },
    männlich: { attribute: 'Male', present: true },
    frau: { attribute: 'Male', present: false },
    weiblich: { attribute: 'Male', present: false },
    bart: { attribute: 'No_Beard', present: false },
    bärte: { attribute: 'No_Beard', present: false },
    rasiert: { attribute: 'No_Beard', present: true },
    bartlos: { attribute: 'No_Beard', present: true },
    alt: { attribute: 'Young', present: false },
    glatze: { attribute: 'Bald', present: true },
    kahl: { attribute: 'Bald', present: true },
    'blonde haare': { attribute: 'Blond_Hair', present: true },
    'schwarze haare': { attribute: 'Black_Hair', present: true },
    'braune haare': { attribute: 'Brown_Hair', present: true },
    'graue haare': { attribute: 'Gray_Hair', present: true },
    'glatte haare': { attribute: 'Straight_Hair', present: true },
    'wellige haare': { attribute: 'Wavy_Hair', present: true },
    locken: { attribute: 'Wavy_Hair', present: true },
    hüte: { attribute: 'Wearing_Hat', present: true },
    mütze: { attribute: 'Wearing_Hat', present: true },
    schminke: { attribute: 'Heavy_Makeup', present: true },
    geschminkt: { attribute: 'Heavy_Makeup', present: true },
    ohrring: { attribute: 'Wearing_Earrings', present: true },
    kette: { attribute: 'Wearing_Necklace', present: true },
    schlips: { attribute: 'Wearing_Necktie', present: true },
    schnauzer: { attribute: 'Mustache', present: true },
    'offener mund': { attribute: 'Mouth_Slightly_Open', present: true },
    doppelkinn: { attribute: 'Double_Chin', present: true },
    unscharf: { attribute: 'Blurry', present: true },
  },
  negations: ['nicht', 'ohne', 'kein', 'keine', 'keinen', 'keiner', 'außer'],
  turns: ['mit', 'aber', 'sondern'],
  fillers: ['mit', 'und', 'oder', 'aber', 'sondern', 'die', 'der', 'das', 'den', 'dem', 'ein', 'eine', 'einen', 'einem', 'alle', 'haben', 'hat', 'sind', 'ist', 'trägt', 'tragen', 'in', 'menschen', 'leute', 'personen', 'gesichter', 'haar', 'haare', 'haaren'], // prettier-ignore
  stem: (text) => text.split(' ').map(stemOfWord).join(' '),
};
