/** German is complete: a string without a translation fails here. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../support/images';
import { GERMAN } from '../support/language';
import { messagesOfSources } from '../support/messages';
import { packageTexts } from '../support/package-settings';

/** Texts that are the same in German: names, symbols, and words that German shares. */
const SAME: ReadonlySet<string> = new Set([
  // names of methods and their parameters
  'Birch',
  'DBSCAN',
  'Eps',
  'Gamma',
  'HDBSCAN',
  'K-Means',
  'OPTICS',
  'Xi',
  'eps',
  'xi',
  // words that German shares
  'Cluster',
  'Details',
  'Embedding',
  'Export',
  'Hardware',
  'Lasso',
  'Make-up',
  'Orange',
  'Radius',
  'Silhouette',
  // no words
  '{0}{1}: {2}{3}, {4}{5}, {6} s',
]);

const placeholders = (text: string) =>
  [...new Set(text.match(/\{\d+(?=(?::dative)?\})/g) ?? [])].sort().join(' ');

const { messages, unknown } = messagesOfSources();
const texts = new Set(messages.map(({ text }) => text));

describe('the bundle of texts', () => {
  it('is made of texts that are known where the program is written', () => {
    expect(unknown).toEqual([]);
    expect(texts.size).toBeGreaterThan(400);
  });

  it('has a translation of each text, and no others', () => {
    const missing = messages.filter(({ text }) => !Object.hasOwn(GERMAN, text));
    expect(missing).toEqual([]);
    expect(Object.keys(GERMAN).filter((text) => !texts.has(text))).toEqual([]);
  });

  it('has the placeholders of each text', () => {
    const wrong = Object.entries(GERMAN).filter(([a, b]) => placeholders(a) !== placeholders(b));
    expect(wrong).toEqual([]);
  });

  it('translates each text', () => {
    const same = Object.entries(GERMAN).filter(([a, b]) => a === b);
    expect(same.map(([text]) => text).sort()).toEqual([...SAME].sort());
  });

  it('writes quotes as German does', () => {
    const wrong = Object.values(GERMAN).filter((text) => /”|'\{|\{\d+\}'/.test(text));
    expect(wrong).toEqual([]);
  });
});

describe('package.nls.json', () => {
  const german = JSON.parse(readFileSync(join(ROOT, 'package.nls.de.json'), 'utf8')) as Record<
    string,
    string
  >;
  const manifest = readFileSync(join(ROOT, 'package.json'), 'utf8');

  it('holds the texts that package.json names, and no others', () => {
    const named = [...manifest.matchAll(/"%([\w.]+)%"/g)].map(([, key]) => key);
    expect([...new Set(named)].sort()).toEqual(Object.keys(packageTexts).sort());
  });

  it('leaves no sentence in package.json', () => {
    const { contributes } = JSON.parse(manifest) as { contributes: unknown };
    const sentences: string[] = [];
    JSON.stringify(contributes, (key, value: unknown) => {
      const isText = /title|description|name|contents|label|text|message|descriptions|labels/i;
      if (typeof value === 'string' && isText.test(key) && !/^%.*%$/.test(value))
        sentences.push(value);
      return value;
    });
    expect([...new Set(sentences)]).toEqual(['Face Clusters', '*.faceclusters']);
  });

  it('has a German text of each, with the same links and code', () => {
    expect(Object.keys(german)).toEqual(Object.keys(packageTexts));
    const partsOf = (text: string) => text.match(/\((?:command:|https?:)[^)]*\)|`[^`]+`/g)?.sort();
    for (const [key, text] of Object.entries(packageTexts))
      expect(partsOf(german[key]!), key).toEqual(partsOf(text));
  });

  it('is translated, but for names and formulas', () => {
    const same = Object.entries(german).filter(([key, text]) => packageTexts[key] === text);
    const kept =
      /^(setting\.method\.label\.(kmeans|birch|dbscan|optics|hdbscan)|settings\.export|setting\.provider\.coreml)$/;
    expect(same.map(([key]) => key).filter((key) => !kept.test(key))).toEqual([]);
  });
});

it('is a language in full in all places', () => {
  const inPackage = readdirSync(ROOT).flatMap(
    (name) => /^package\.nls\.(\w+)\.json$/.exec(name)?.[1] ?? [],
  );
  const inBundles = readdirSync(join(ROOT, 'l10n')).flatMap(
    (name) => /^bundle\.l10n\.(\w+)\.json$/.exec(name)?.[1] ?? [],
  );
  expect(inPackage).toEqual(inBundles);
});
