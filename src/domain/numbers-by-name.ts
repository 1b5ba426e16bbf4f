/** Settings that hold a number for each of some names. */
import * as z from 'zod';
import { t } from '../text/translate';

/** Far above the number of any network: a settings file or a page may hold anything. */
export const MOST_ATTRIBUTES = 10_000;
const LONGEST_NAME = 1000;
/** Bounds of the path of a folder, and of the folders that anybody names. */
const LONGEST_PATH = 4096;
const MOST_FOLDERS = 1000;

interface Bounds {
  isNumber: (value: unknown) => boolean;
  names: number;
  length: number;
}

/**
 * A number for each name. `z.record` would drop the key `__proto__`, and an attribute may have any
 * name.
 */
const numbersByName = ({ isNumber, names, length }: Bounds, error?: () => string) =>
  z
    .custom<Record<string, number>>((value) => {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
      const entries = Object.entries(value);
      return (
        entries.length <= names &&
        entries.every(([name, number]) => name !== '' && name.length <= length && isNumber(number))
      );
    }, error && { error })
    .transform((value) => Object.fromEntries(Object.entries(value)));

/** A number from 0 to 1000 for each attribute. */
export const weightsByName = numbersByName({
  isNumber: (weight) => typeof weight === 'number' && weight >= 0 && weight <= 1000,
  names: MOST_ATTRIBUTES,
  length: LONGEST_NAME,
});

/** A number of images for each folder; 0 means all. */
export const countsByFolder = numbersByName(
  {
    isNumber: (count) => Number.isInteger(count) && Number(count) >= 0 && Number(count) <= 1e8,
    names: MOST_FOLDERS,
    length: LONGEST_PATH,
  },
  () => t('expected an object of a whole number from 0 to 100,000,000 for each folder'),
).prefault({});
