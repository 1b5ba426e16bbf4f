/** Formats sizes for people. */
import { count } from './numbers';
import { t } from './translate';

/** `400 MB`, `1,200 MB`; below one megabyte in bytes (`312 bytes`). */
export function megabytes(bytes: number): string {
  if (bytes < 1e6) return t('{0} bytes', count(bytes));
  const rounded = bytes < 10e6 ? Math.round(bytes / 1e5) / 10 : Math.round(bytes / 1e6);
  return `${count(rounded)} MB`;
}
