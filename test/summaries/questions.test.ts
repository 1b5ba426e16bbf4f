import { describe, expect, test } from 'vitest';
import { CELEBA_ATTRIBUTES } from '../../src/domain/attributes';
import { parseQuestion, questionText } from '../../src/summaries/questions';

const asked = (text: string, attributes: readonly string[] = CELEBA_ATTRIBUTES) =>
  questionText(parseQuestion(text, attributes).conditions);

describe('a question', () => {
  test.each([
    ['glasses, not smiling', 'Eyeglasses, not Smiling'],
    ['Eyeglasses', 'Eyeglasses'],
    ['wearing_hat', 'Wearing Hat'],
    ['hats and eyeglasses', 'Wearing Hat, Eyeglasses'],
    ['bearded men with glasses', 'not No Beard, Male, Eyeglasses'],
    ['women without lipstick', 'not Male, not Wearing Lipstick'],
    ['No Beard', 'No Beard'],
    ['no beard', 'No Beard'],
    ['not No Beard', 'not No Beard'],
    ['5 o Clock Shadow', '5 o Clock Shadow'],
    ['serious, older women', 'not Smiling, not Young, not Male'],
    ['blond hair', 'Blond Hair'],
    ['without glasses or hats, smiling', 'not Eyeglasses, not Wearing Hat, Smiling'],
    ['not without', ''],
  ])('%s', (text, expected) => {
    expect(asked(text)).toBe(expected);
  });

  test('names the words that it does not understand', () => {
    expect(parseQuestion('people with kangaroos and glasses', CELEBA_ATTRIBUTES)).toEqual({
      conditions: [{ attribute: 'Eyeglasses', present: true }],
      unknown: ['kangaroos'],
    });
  });

  test('is about the attributes of the network', () => {
    expect(asked('mask, not face shield, glasses', ['Mask', 'Face_Shield'])).toBe(
      'Mask, not Face Shield',
    );
    expect(asked('constructor', ['constructor'])).toBe('constructor');
    expect(asked('constructor __proto__')).toBe('');
  });
});
