/** Finds paths by their ends. */

/** The ends of a path, the longest first: of `a/b/c` that, `b/c` and `c`. */
function* endsOf(parts: readonly string[]): Generator<string> {
  const key = parts.join('/');
  yield key;
  for (let at = key.indexOf('/'); at >= 0; at = key.indexOf('/', at + 1)) yield key.slice(at + 1);
}

/**
 * Values by paths, of which one may have more folders than the other: `b/c` finds the value of
 * `a/b/c`, and the other way round. What several values fit equally well finds none.
 */
export class PathValues {
  /** By whole paths, and by all their ends; null where values differ. */
  private readonly whole = new Map<string, string | null>();
  private readonly ends = new Map<string, string | null>();

  add(parts: readonly string[], value: string): void {
    putOnly(this.whole, parts.join('/'), value);
    for (const end of endsOf(parts)) putOnly(this.ends, end, value);
  }

  /** The value of a path; null where it fits several. */
  find(parts: readonly string[]): string | null | undefined {
    const longer = this.ends.get(parts.join('/'));
    if (longer !== undefined) return longer;
    for (const end of endsOf(parts)) {
      const found = this.whole.get(end);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** The value of all paths with the same last part; null where they have several. */
  ofFile(file: string): string | null | undefined {
    return this.ends.get(file);
  }
}

/** Keeps the value of a key; null where it has several. */
export function putOnly(map: Map<string, string | null>, key: string, value: string): void {
  const known = map.get(key);
  map.set(key, known === undefined || known === value ? value : null);
}
