import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pageTextsElement, spokenTexts } from '../../src/text/page-texts';
import { count, dateTime, decimal, percent, plural } from '../../src/text/numbers';
import { said } from '../../src/text/said';
import { language, speak, t } from '../../src/text/translate';
import { GERMAN, speakEnglish, speakGerman } from '../support/language';

beforeEach(speakGerman);
afterEach(speakEnglish);

describe('texts', () => {
  it('are in English without a bundle, whatever the language of the window is', () => {
    speak('fr', undefined);
    expect(language()).toBe('en');
    expect(t('Undo')).toBe('Undo');
    expect(plural(1204, 'face')).toBe('1,204 faces');
    expect(spokenTexts()).toBeUndefined();
    expect(pageTextsElement(spokenTexts())).toBe('');
  });

  it('are translated with their values, which are not looked at again', () => {
    expect(t('Undo')).toBe('Rückgängig');
    expect(t("Exported to '{0}'.", '{0} $& {1}')).toBe('Exportiert nach „{0} $& {1}“.');
    expect(t('… and {0} more', count(1204))).toBe('… und 1.204 weitere');
  });

  it('have plurals, also irregular ones and in the dative', () => {
    expect(plural(1, 'face')).toBe('1 Gesicht');
    expect(plural(1204, 'face')).toBe('1.204 Gesichter');
    const clear = (images: string) => t('Clear the cache of {0} ({1})?', images, '3 MB');
    expect(clear(plural(2, 'image'))).toBe('Den Cache von 2 Bildern (3 MB) leeren?');
    expect(clear(plural(1, 'image'))).toBe('Den Cache von 1 Bild (3 MB) leeren?');
    expect(clear('1.204')).toContain('von 1.204 (');
    expect(clear('Bild')).toContain('von Bild (');
  });

  it('write numbers and days as the language does', () => {
    expect(count(1234)).toBe('1.234');
    expect(percent(0.035)).toBe('3,5 %');
    expect(percent(0.35)).toBe('35 %');
    expect(decimal(0.5, 3)).toBe('0,500');
    expect(dateTime('2026-11-30T12:00:00')).toBe('30.11.2026, 12:00:00');
    speakEnglish();
    expect([count(1234), percent(0.035), decimal(0.5, 3)]).toEqual(['1,234', '3.5 %', '0.500']);
  });

  it('cannot end the element of a page early', () => {
    speak('de', { a: '</script><script>alert(1)</script>' });
    const element = pageTextsElement(spokenTexts());
    expect(element.match(/<\/?script/g)).toEqual(['<script', '</script']);
  });
});

describe('finished English sentences', () => {
  it('are translated, with the sentences, numbers and names within', () => {
    expect(said('Moved 1,204 faces')).toBe('1.204 Gesichter verschoben');
    expect(said('the disk is full')).toBe('der Datenträger ist voll');
    expect(said('Marked 3 faces as not Smiling')).toBe('3 Gesichter als nicht Lächelnd markiert');
    expect(said("unknown attribute 'Smilling' (did you mean 'Smiling'?); known are: a, b")).toBe(
      "unbekanntes Merkmal „Smilling“ (meinten Sie 'Smiling'?); bekannt sind: a, b",
    );
  });

  it('are translated one by one where they follow each other, and with their reasons', () => {
    expect(said('there is nothing to undo; the disk is full (ENOSPC); it is a folder')).toBe(
      'es gibt nichts rückgängig zu machen; der Datenträger ist voll (ENOSPC); es ist ein Ordner',
    );
    expect(said('there is nothing to undo; (what) is this')).toContain('there is nothing');
    expect(said('age (without a name), x (no value in any row) and 3 more')).toBe(
      'age (ohne Namen), x (in keiner Zeile ein Wert) und 3 weitere',
    );
    expect(said('a.csv: 1 row without the name of an image')).toBe(
      'a.csv: 1 Zeile ohne Namen eines Bildes',
    );
  });

  it('leave what a person or a file said in quotes as it is', () => {
    expect(said('Named a cluster “Smiling”')).toBe('Cluster „Smiling“ benannt');
  });

  it('stay as they are where they are not known, and in English', () => {
    expect(said('Something else happened.')).toBe('Something else happened.');
    expect(said('')).toBe('');
    speakEnglish();
    expect(said('Moved 3 faces')).toBe('Moved 3 faces');
  });

  it('may be anything', () => {
    const hostile = [
      ...Object.keys(GERMAN).map((message) => message.replaceAll(/\{\d+\}/g, message)),
      'of '.repeat(1300),
      ': '.repeat(2000),
      'x'.repeat(1e6),
      '{0}'.repeat(1000),
    ];
    for (const text of hostile) expect(typeof said(text)).toBe('string');
  });
});
