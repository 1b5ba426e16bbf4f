import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkSettings, parseSettings, SETTING_KEYS } from '../../src/domain/settings';
import { ROOT } from '../support/images';

interface Property {
  type: string | string[];
  default: unknown;
  description?: string;
  markdownDescription?: string;
  minimum?: number;
  maximum?: number;
  enum?: unknown[];
}
const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  contributes: {
    configuration: { properties: Record<string, Property> };
    commands: { command: string }[];
  };
};
const { properties } = manifest.contributes.configuration;
const label = (name: string) => `faceClusters.${name}`;
const defaults = parseSettings({}, label) as Record<string, unknown>;

describe('settings in package.json and in the check', () => {
  it('are the same, with the same defaults', () => {
    expect(Object.keys(properties).sort()).toEqual(SETTING_KEYS.map(label).sort());
    for (const key of SETTING_KEYS)
      expect(properties[label(key)]?.default, key).toEqual(defaults[key]);
  });

  it('have the same bounds and choices, and explain themselves', () => {
    for (const key of SETTING_KEYS) {
      const property = properties[label(key)]!;
      expect(
        (property.description ?? property.markdownDescription ?? '').length,
        key,
      ).toBeGreaterThan(20);
      const accepted = (value: unknown) =>
        checkSettings({ [key]: value }, label).problems.length === 0;
      for (const value of property.enum ?? [])
        expect(accepted(value), `${key} ${String(value)}`).toBe(true);
      if (property.minimum !== undefined && key !== 'autoTo') {
        expect(accepted(property.minimum), key).toBe(true);
        expect(accepted(property.minimum - (property.type === 'number' ? 0.01 : 1)), key).toBe(
          false,
        );
      }
      if (property.maximum !== undefined && key !== 'autoFrom') {
        expect(accepted(property.maximum), key).toBe(true);
        expect(accepted(property.maximum + (property.type === 'number' ? 0.01 : 1)), key).toBe(
          false,
        );
      }
    }
  });
});

describe('checkSettings', () => {
  it('replaces what is out of bounds by its default, says so, and keeps the rest', () => {
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

  it('refuses a range that is upside down', () => {
    const { settings, problems } = checkSettings({ autoFrom: 20, autoTo: 5 }, label);
    expect(problems).toEqual(['faceClusters.autoFrom (20) is above faceClusters.autoTo (5)']);
    expect(settings).toMatchObject({ autoFrom: 2, autoTo: 30 });
  });

  it('stops at the first problem where none may be passed over', () => {
    expect(() => parseSettings({ weights: { Male: -1 } }, label)).toThrow(/faceClusters.weights/);
  });
});
