import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import {
  checkSettings,
  parseSettings,
  SETTING_KEYS,
  type Settings,
  settingSchemas,
} from '../../src/domain/settings';
import { SETTING_SCOPES } from '../../src/host/settings/scopes';
import {
  settingGroups,
  settingProperties,
  type SettingProperty,
} from '../support/package-settings';

const label = (name: string) => `faceClusters.${name}`;
const propertyOf = (key: keyof Settings): SettingProperty => settingProperties[label(key)]!;
const accepts = (key: keyof Settings, value: unknown) =>
  checkSettings({ [key]: value }, label).problems.length === 0;

/** Settings of more than one type or of any names, which have a test of their own. */
const UNIONS: readonly (keyof Settings)[] = [
  'clusters',
  'weights',
  'limit',
  'sample',
  'limitByFolder',
  'sampleByFolder',
];
const SIMPLE = SETTING_KEYS.filter((key) => !UNIONS.includes(key));

describe('the settings in package.json', () => {
  it('are exactly those of the schema', () => {
    expect(Object.keys(settingProperties).sort()).toEqual(SETTING_KEYS.map(label).sort());
    const all = settingGroups.flatMap(({ properties }) => Object.keys(properties));
    expect(all, 'no setting is in two groups').toHaveLength(SETTING_KEYS.length);
  });

  it.each(SIMPLE)('%s has the type, default, bounds and choices of the schema', (key) => {
    const schema = z.toJSONSchema(settingSchemas[key], { io: 'input', unrepresentable: 'any' });
    const rules = [
      'type',
      'default',
      'enum',
      'minimum',
      'maximum',
      'minItems',
      'maxItems',
    ] as const;
    for (const rule of rules)
      expect(propertyOf(key)[rule], rule).toEqual((schema as Partial<SettingProperty>)[rule]);
  });

  it('clusters takes the same texts as the schema, and numbers of earlier versions', () => {
    const { type, pattern = '', default: byDefault } = propertyOf('clusters');
    expect(type, 'the settings editor shows a field for one type only').toBe('string');
    expect(settingSchemas.clusters.parse(byDefault)).toBe(settingSchemas.clusters.parse(undefined));
    for (const text of ['auto', '1', '16', '999', '1000', '0', '1001', '-1', '1.5', '', 'many'])
      expect(new RegExp(pattern).test(text), text).toBe(accepts('clusters', text));
    expect(parseSettings({ clusters: '7' }, label).clusters).toBe(7);
    expect(parseSettings({ clusters: 7 }, label).clusters).toBe(7);
  });

  it('weights takes the same formulas as the schema', () => {
    const { default: byDefault, anyOf = [] } = propertyOf('weights');
    expect(byDefault).toBe(settingSchemas.weights.parse(undefined));
    const [formulas, byAttribute] = anyOf;
    expect(formulas?.enum).toEqual(['standardized', 'none', 'rare', 'common']);
    for (const formula of formulas?.enum ?? []) expect(accepts('weights', formula)).toBe(true);
    expect(byAttribute).toEqual({
      type: 'object',
      additionalProperties: { type: 'number', minimum: 0, maximum: 1000 },
    });
    expect(accepts('weights', { Male: 1000 })).toBe(true);
    expect(accepts('weights', { Male: 1001 })).toBe(false);
    expect(accepts('weights', { Male: -1 })).toBe(false);
  });

  it.each(['limit', 'sample'] as const)('%s takes a number, and in files one a folder', (key) => {
    const { type, default: byDefault, minimum, maximum } = propertyOf(key);
    expect(type, 'the settings editor shows a field for one type only').toBe('integer');
    expect(byDefault).toBe(settingSchemas[key].parse(undefined));
    for (const value of [minimum! - 1, maximum! + 1, 1.5, '400', [], ['400'], [400, -1], [[1]]])
      expect(accepts(key, value), String(value)).toBe(false);
    for (const value of [minimum, maximum, [400], [400, 0, 100]])
      expect(accepts(key, value), String(value)).toBe(true);
  });

  it.each(['limitByFolder', 'sampleByFolder'] as const)('%s takes a number a folder', (key) => {
    const { type, default: byDefault, additionalProperties } = propertyOf(key);
    expect(type).toBe('object');
    expect(byDefault).toEqual(settingSchemas[key].parse(undefined));
    expect(additionalProperties).toEqual({ type: 'integer', minimum: 0, maximum: 100_000_000 });
    const many = Object.fromEntries(Array.from({ length: 1001 }, (_, i) => [`f${i}`, 1]));
    for (const value of [
      400,
      [400],
      { a: -1 },
      { a: 1.5 },
      { a: '4' },
      { a: 1e9 },
      { '': 1 },
      many,
    ])
      expect(accepts(key, value), JSON.stringify(value)).toBe(false);
    const values = { a: 400, 'data/lfw': 0, '/b c': 100_000_000 };
    expect(parseSettings({ [key]: values }, label)[key]).toEqual(values);
  });

  it('formats takes each format once', () => {
    expect(accepts('formats', ['parquet', 'csv'])).toBe(true);
    for (const value of [[], ['xlsx'], ['csv', 'csv'], 'csv'])
      expect(accepts('formats', value), String(value)).toBe(false);
  });

  it('have the scope that the code enforces', () => {
    for (const key of SETTING_KEYS)
      expect(propertyOf(key).scope, key).toBe(SETTING_SCOPES[key].scope);
  });

  it('come in titled groups, each setting with a place in its group', () => {
    expect(settingGroups.map(({ order }) => order)).toEqual(settingGroups.map((_, i) => i + 1));
    for (const { title, properties } of settingGroups) {
      expect(title).toMatch(/^[A-Z]/);
      const orders = Object.values(properties).map(({ order }) => order);
      expect(orders, title).toEqual(orders.map((_, i) => i + 1));
    }
    expect(Object.keys(settingGroups[0]!.properties)[1], 'near the top').toBe(label('clusters'));
  });

  it('explain themselves and each of their choices', () => {
    for (const key of SETTING_KEYS) {
      const { description, markdownDescription, enumDescriptions, enum: choices } = propertyOf(key);
      expect(description ?? markdownDescription, key).toMatch(/^[A-Z].{40,}\.$/);
      expect(enumDescriptions?.length, key).toBe(choices?.length);
    }
  });
});

describe('checkSettings', () => {
  it('replaces an invalid setting by its default, reports it, and keeps the others', () => {
    const { settings, problems } = checkSettings(
      { clusters: 0, restarts: 5, features: 'fuzzy' },
      label,
    );
    expect(settings).toMatchObject({ clusters: 16, restarts: 5, features: 'binary' });
    expect(problems).toHaveLength(2);
    expect(problems[0]).toBe(
      'faceClusters.clusters is 0: expected a whole number from 1 to 1000, or "auto"',
    );
    expect(problems[1]).toMatch(/^faceClusters\.features is "fuzzy": /);
  });

  it('reports a number of clusters written as text in the same words', () => {
    expect(checkSettings({ clusters: '0' }, label).problems).toEqual([
      'faceClusters.clusters is "0": expected a whole number from 1 to 1000, or "auto"',
    ]);
  });

  it('refuses a range whose start is above its end', () => {
    const { settings, problems } = checkSettings({ autoFrom: 20, autoTo: 5 }, label);
    expect(problems).toEqual(['faceClusters.autoFrom (20) is above faceClusters.autoTo (5)']);
    expect(settings).toMatchObject({ autoFrom: 2, autoTo: 30 });
  });

  it('makes parseSettings throw the first problem', () => {
    expect(() => parseSettings({ weights: { Male: -1 } }, label)).toThrow(/faceClusters.weights/);
  });
});
