/** Paths in messages: a path may be thousands of characters long, and its two ends tell most. */

/** Characters of a path that a message holds, at most. */
const LONGEST = 160;

/**
 * A path for people, cut in its middle where it is long.
 * @param longest characters of the result, at most.
 */
export function shortPath(path: string, longest = LONGEST): string {
  if (path.length <= longest) return path;
  const end = Math.ceil((2 * (longest - 1)) / 3); // the file's own name stands there
  const start = longest - 1 - end;
  // Halves of surrogate pairs at the cut are left out.
  const head = path.slice(0, start).replace(/[\uD800-\uDBFF]$/, '');
  const tail = path.slice(path.length - end).replace(/^[\uDC00-\uDFFF]/, '');
  return `${head}…${tail}`;
}
