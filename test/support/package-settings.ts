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

const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  contributes: { configuration: SettingGroup[] };
};

export const settingGroups = manifest.contributes.configuration;

/** By their full names (`faceClusters.clusters`). */
export const settingProperties: Readonly<Record<string, SettingProperty>> = Object.assign(
  {},
  ...settingGroups.map(({ properties }) => properties),
) as Record<string, SettingProperty>;
