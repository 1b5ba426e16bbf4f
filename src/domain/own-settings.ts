/** Settings of clustering that a run has in place of the shared ones, and the steps to them. */
import * as z from 'zod';
import { excerpt } from '../text/excerpt';
import { forName } from '../text/neutralize';
import { t } from '../text/translate';
import { own } from '../util/own';
import { type ClusteringSettings, clusteringSettingsSchema } from './settings';

/** Some settings of clustering. */
export type SomeSettings = Partial<ClusteringSettings>;

/** Shared settings as they were written, by name; null where none was. */
export type WrittenSettings = Partial<Record<keyof ClusteringSettings, unknown>>;

/** A change of the own settings, which can be taken back and made again. */
export interface SettingStep {
  /** All own settings before and after. */
  before: SomeSettings;
  after: SomeSettings;
  /** For people. */
  text: string;
  /** ISO 8601. */
  at: string;
  /** Shared settings that were written as a part of the step. */
  shared?: { before: WrittenSettings; after: WrittenSettings } | undefined;
}

export interface OwnSettings {
  values: SomeSettings;
  /** The latest last. */
  done: SettingStep[];
  /** Steps that were taken back; the last one is made again first. */
  undone: SettingStep[];
}

/** Most steps that can be taken back. */
export const MOST_STEPS = 50;
/** Longest text of a step that is read, in UTF-16 units. */
const LONGEST_TEXT = 2000;

const schemas: Readonly<Record<string, z.ZodType>> = clusteringSettingsSchema.shape;

/** @returns undefined where there is no such setting. */
const checkSetting = (name: string, value: unknown): z.ZodSafeParseResult<unknown> | undefined =>
  own(schemas, name)?.safeParse(value);

const isGood = ([name, value]: [string, unknown]) => checkSetting(name, value)?.success === true;

const EXPECTED = 'expected clustering settings, each within its bounds';

/** Some settings of clustering, each within its bounds. */
export const someSettingsSchema = z
  .record(z.string(), z.unknown())
  .refine((values) => Object.entries(values).every(isGood), EXPECTED)
  .transform((values): SomeSettings =>
    Object.fromEntries(
      Object.entries(values).map(([name, value]) => [name, checkSetting(name, value)!.data]),
    ),
  );

/** What was written may be anything: it was the user's, and is checked when it is in effect. */
const writtenSchema = z
  .record(z.string(), z.unknown())
  .refine((values) => Object.keys(values).every((name) => Object.hasOwn(schemas, name)), EXPECTED)
  .transform((values) => values as WrittenSettings);

const settingStepSchema = z.strictObject({
  before: someSettingsSchema,
  after: someSettingsSchema,
  text: z.string().max(LONGEST_TEXT),
  at: z.iso.datetime(),
  shared: z.strictObject({ before: writtenSchema, after: writtenSchema }).optional(),
});

/**
 * The settings in effect where own ones replace shared ones. Own bounds of the number of clusters
 * that contradict a shared one give way; `contradictionOf` says so.
 */
export function withOwn(shared: ClusteringSettings, values: SomeSettings): ClusteringSettings {
  const merged = { ...shared, ...values };
  if (merged.autoFrom <= merged.autoTo) return merged;
  return { ...merged, autoFrom: shared.autoFrom, autoTo: shared.autoTo };
}

/** Why own settings are not in effect beside the shared ones; undefined where they are. */
export function contradictionOf(
  shared: ClusteringSettings,
  values: SomeSettings,
): string | undefined {
  const { autoFrom, autoTo } = { ...shared, ...values };
  return autoFrom <= autoTo
    ? undefined
    : t("the range of 'auto' would be {0} to {1} clusters", autoFrom, autoTo);
}

/**
 * Own settings from a file, each checked separately.
 * @param problems receives what is ignored, and why.
 */
export function checkedValues(values: Record<string, unknown>, problems: string[]): SomeSettings {
  const good: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(values)) {
    const checked = checkSetting(name, value);
    if (checked?.success === true) good[name] = checked.data;
    else {
      const expected = checked?.error.issues[0]?.message ?? t('there is no such setting');
      const shown = excerpt(JSON.stringify(value), 60);
      problems.push(t("the own setting '{0}' is {1}: {2}", forName(name), shown, expected));
    }
  }
  return good;
}

/**
 * Steps from a file.
 * @returns undefined unless all are good: a step holds only after the ones before it.
 */
export function checkedSteps(steps: unknown[]): SettingStep[] | undefined {
  const checked = z.array(settingStepSchema).safeParse(steps);
  return checked.data?.map((step) => ({ ...step, text: forName(step.text) }));
}
