/** Formats sizes for people. */

/** `400 MB`, `1,200 MB`; below one megabyte in bytes (`312 bytes`). */
export function megabytes(bytes: number): string {
  if (bytes < 1e6) return `${bytes.toLocaleString('en')} bytes`;
  const rounded = bytes < 10e6 ? Math.round(bytes / 1e5) / 10 : Math.round(bytes / 1e6);
  return `${rounded.toLocaleString('en')} MB`;
}
