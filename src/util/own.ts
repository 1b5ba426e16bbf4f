/**
 * The value of a record's own key. A plain lookup also finds inherited members, and names from
 * files may be `constructor` or `toString`.
 */
export const own = <T>(record: Readonly<Record<string, T>>, key: string): T | undefined =>
  Object.hasOwn(record, key) ? record[key] : undefined;
