/** Decodes small text files: UTF-8, or UTF-16 with a byte order mark. */

/** The text without its byte order mark; bytes that are not UTF-8 are replaced. */
export function decodeText(bytes: Uint8Array): string {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  return new TextDecoder().decode(bytes);
}
