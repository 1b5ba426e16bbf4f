/** Hashes that identify the content of a file. */
import * as crypto from 'node:crypto';

/** Node.js 20.12 and later. For small files, creating a hash object takes as long as hashing. */
const hashInOneCall = (crypto as { hash?: typeof crypto.hash }).hash;

const sha256 = (bytes: Uint8Array) =>
  hashInOneCall?.('sha256', bytes, 'hex') ??
  crypto.createHash('sha256').update(bytes).digest('hex');

/** The first 128 bits of SHA-256 in hexadecimal: short keys, practically without collisions. */
export const hashOf = (bytes: Uint8Array): string => sha256(bytes).slice(0, 32);
