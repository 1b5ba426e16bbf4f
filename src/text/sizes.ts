/** Sizes as people read them. */

/** `400 MB`, `1,200 MB`; of less than a megabyte in bytes, so that it is not said to be 0. */
export function megabytes(bytes: number): string {
  if (bytes < 1e6) return `${bytes.toLocaleString('en')} bytes`;
  const rounded = bytes < 10e6 ? Math.round(bytes / 1e5) / 10 : Math.round(bytes / 1e6);
  return `${rounded.toLocaleString('en')} MB`;
}
