/** Hashes that identify the content of a file. */
import * as crypto from 'node:crypto';

/** Node.js 20.12 and later. For small files, creating a hash object takes as long as hashing. */
const hashInOneCall = (crypto as { hash?: typeof crypto.hash }).hash;

/** SHA-256 in hexadecimal. */
export const sha256Of = (bytes: Uint8Array): string =>
  hashInOneCall?.('sha256', bytes, 'hex') ??
  crypto.createHash('sha256').update(bytes).digest('hex');

/** Hexadecimal digits of `hashOf`. */
const HASH_LENGTH = 32;

/** The first 128 bits of SHA-256 in hexadecimal: short keys, practically without collisions. */
export const hashOf = (bytes: Uint8Array): string => shortHash(sha256Of(bytes));

/** `hashOf` the content that has a SHA-256. */
export const shortHash = (sha256: string): string => sha256.slice(0, HASH_LENGTH);
