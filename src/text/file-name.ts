/** Names of files and folders made of texts. */

/** Characters that some file system refuses in names, or that nobody sees. */
const REFUSED = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}/\\:*?"<>|\uFFFD]+/gu;

/** Names of devices on Windows, with any extension. */
const DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)(?=\.|$)/i;

/** Longest name, in bytes of UTF-8: file systems allow 255, and some paths are short. */
const MAX_BYTES = 120;

/**
 * A text as the name of a file or folder on any file system: not hidden, not a device.
 * @returns an empty text where nothing of it can be in a name.
 */
export function fileNameOf(text: string): string {
  const letters = Array.from(
    text
      .slice(0, MAX_BYTES)
      .normalize('NFC')
      .replaceAll(REFUSED, '_')
      .replaceAll(/\s+/g, ' ')
      .trim(),
  );
  while (Buffer.byteLength(letters.join('')) > MAX_BYTES) letters.pop();
  const name = letters
    .join('')
    .replace(/[. ]+$/, '')
    .replace(/^\./, '_')
    .replace(DEVICE, '$1_');
  return /^_*$/.test(name) ? '' : name;
}

/** What is the same in names that some file system does not tell apart. */
const nameKey = (name: string): string => name.normalize('NFC').toLowerCase();

/** Names for texts, each another one; `fallback` names a text of which nothing is left. */
export function fileNamesOf(
  texts: readonly string[],
  fallback: (index: number) => string,
): string[] {
  const taken = new Set<string>();
  return texts.map((text, index) => {
    const name = fileNameOf(text) || fallback(index);
    let unique = name;
    for (let number = 2; taken.has(nameKey(unique)); number++) unique = `${name} (${number})`;
    taken.add(nameKey(unique));
    return unique;
  });
}
