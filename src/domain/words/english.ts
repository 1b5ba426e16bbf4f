/**
 * English names and questions. Attributes that are a matter of taste (Attractive, Big_Nose, Chubby,
 * …) or of the photo (Blurry) name no cluster.
 */
import { before, joiner, type Vocabulary, withWords } from './vocabulary';

export const ENGLISH: Vocabulary = {
  nouns: { present: 'men', absent: 'women', mixed: 'people', unknown: 'faces' },
  phrases: {
    Smiling: before('smiling', 'serious'),
    Young: before('young', 'older'),
    Bald: before('bald'),
    No_Beard: before(undefined, 'bearded'),
    Blond_Hair: before('blond'),
    Black_Hair: before('black-haired'),
    Brown_Hair: before('brown-haired'),
    Gray_Hair: before('gray-haired'),
    Eyeglasses: withWords('glasses', 'glasses'),
    Wearing_Hat: withWords('hats', 'hats'),
    Wearing_Lipstick: { ...withWords('lipstick', 'lipstick'), absentImpliedBy: 'present' },
    Heavy_Makeup: { ...withWords('make-up', 'make-up'), absentImpliedBy: 'present' },
    Wearing_Earrings: withWords('earrings'),
    Wearing_Necklace: withWords('necklaces'),
    Wearing_Necktie: withWords('neckties'),
    Bangs: withWords('bangs'),
    Wavy_Hair: withWords('wavy hair'),
    Straight_Hair: withWords('straight hair'),
    Receding_Hairline: withWords('receding hairlines'),
    Mustache: withWords('mustaches'),
    Goatee: withWords('goatees'),
    Sideburns: withWords('sideburns'),
  },
  join: joiner({ and: 'and', with: 'with', without: 'without' }),
  negated: (_attribute, readable) => `not ${readable}`,
  synonyms: {
    spectacles: { attribute: 'Eyeglasses', present: true },
    man: { attribute: 'Male', present: true },
    male: { attribute: 'Male', present: true },
    woman: { attribute: 'Male', present: false },
    female: { attribute: 'Male', present: false },
    beard: { attribute: 'No_Beard', present: false },
    shaved: { attribute: 'No_Beard', present: true },
    old: { attribute: 'Young', present: false },
    blonde: { attribute: 'Blond_Hair', present: true },
    makeup: { attribute: 'Heavy_Makeup', present: true },
    'open mouth': { attribute: 'Mouth_Slightly_Open', present: true },
    tie: { attribute: 'Wearing_Necktie', present: true },
  },
  negations: ['not', 'no', 'without', 'non', 'except'],
  turns: ['with', 'but'],
  fillers: ['with', 'and', 'who', 'have', 'has', 'are', 'is', 'the', 'a', 'all', 'in', 'wearing', 'wear', 'people', 'faces', 'persons', 'but', 'or', 'hair'], // prettier-ignore
  stem: (text) => text.replace(/s$/, ''),
};
