/** Shortens paths in messages. A path may have thousands of characters. */

/** Maximum length of a path in a message, in UTF-16 code units. */
const LONGEST = 160;

/**
 * Cuts the middle out of a long path.
 * @param longest maximum length of the result, in UTF-16 code units.
 */
export function shortPath(path: string, longest = LONGEST): string {
  if (path.length <= longest) return path;
  const end = Math.ceil((2 * (longest - 1)) / 3); // the file's name is there
  const start = longest - 1 - end;
  // Halves of surrogate pairs at the cut are left out.
  const head = path.slice(0, start).replace(/[\uD800-\uDBFF]$/, '');
  const tail = path.slice(path.length - end).replace(/^[\uDC00-\uDFFF]/, '');
  return `${head}…${tail}`;
}
