/**
 * The value of a record's own key. A plain look-up finds what every object inherits as well, and
 * names that come from outside may be `constructor` or `toString`.
 */
export const own = <T>(record: Readonly<Record<string, T>>, key: string): T | undefined =>
  Object.hasOwn(record, key) ? record[key] : undefined;
