/** The settings that package.json contributes. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './images';

export interface SettingProperty {
  type: string | string[];
  default: unknown;
  scope: string;
  order: number;
  description?: string;
  markdownDescription?: string;
  minimum?: number;
  maximum?: number;
  minItems?: number;
  maxItems?: number;
  pattern?: string;
  additionalProperties?: unknown;
  enum?: string[];
  enumDescriptions?: string[];
  anyOf?: { type: string; enum?: string[] }[];
}

interface SettingGroup {
  title: string;
  order: number;
  properties: Record<string, SettingProperty>;
}

/** English texts of package.json, by the keys that stand for them there. */
export const packageTexts = JSON.parse(
  readFileSync(join(ROOT, 'package.nls.json'), 'utf8'),
) as Readonly<Record<string, string>>;

/** What package.json says, with its texts in place of their keys. */
export const packageManifest: unknown = JSON.parse(
  readFileSync(join(ROOT, 'package.json'), 'utf8'),
  (_, value: unknown) =>
    typeof value === 'string'
      ? value.replace(/^%(.+)%$/, (key, name: string) => packageTexts[name] ?? key)
      : value,
);

const manifest = packageManifest as { contributes: { configuration: SettingGroup[] } };

export const settingGroups = manifest.contributes.configuration;

/** By their full names (`faceClusters.clusters`). */
export const settingProperties: Readonly<Record<string, SettingProperty>> = Object.assign(
  {},
  ...settingGroups.map(({ properties }) => properties),
) as Record<string, SettingProperty>;
