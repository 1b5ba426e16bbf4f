/**
 * A Buffer would reach a webview as the JSON of its numbers; a plain array with a buffer of its own
 * goes as bytes.
 */
export const plainBytes = (bytes: Uint8Array): Uint8Array => new Uint8Array(bytes);
