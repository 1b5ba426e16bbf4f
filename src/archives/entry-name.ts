/** Names of entries: made fit for paths, and their order. */
import { t } from '../text/translate';

/** Maximum length of a name, in UTF-16 code units; no longer path can be opened on Linux. */
const MAX_LENGTH = 4096;

/** Part that is empty or made of dots, or a character that no path can have. */
const UNUSUAL = /(?:^|\/)\.{0,2}(?:\/|$)|\0/;

/**
 * A name without empty parts and `.`: no file is written, so that a name that begins with `/` names
 * a place in the archive as well.
 * @returns the name, empty for the archive's root; or why no path can have it.
 */
export function cleanName(name: string): string | { reason: string } {
  if (name.length > MAX_LENGTH)
    return { reason: t('its name is too long: expected at most {0} characters', MAX_LENGTH) };
  if (!UNUSUAL.test(name)) return name;
  if (name.includes('\0')) return { reason: t('its name holds a NUL character') };
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) return { reason: t("its name leads out of the archive ('..')") };
  return parts.join('/');
}

/**
 * Order of names as folders are walked: in each folder first its files, then its folders, both by
 * code units.
 */
export function comparePaths(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  let at = 0;
  while (at < length && a.charCodeAt(at) === b.charCodeAt(at)) at += 1;
  if (at === a.length && at === b.length) return 0;
  // The parts that differ begin in the same folder.
  const aIsFolder = a.includes('/', at);
  const bIsFolder = b.includes('/', at);
  if (aIsFolder !== bIsFolder) return aIsFolder ? 1 : -1;
  return codeAt(a, at) - codeAt(b, at);
}

const SLASH = 0x2f;

/** Code unit of a part of a path; −1 at its end. */
function codeAt(path: string, at: number): number {
  const code = at < path.length ? path.charCodeAt(at) : SLASH;
  return code === SLASH ? -1 : code;
}
