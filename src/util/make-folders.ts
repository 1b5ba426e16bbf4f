/** Makes folders. */
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { codeOf } from './errors';

/**
 * Makes a folder and its missing parents. Node.js's own `recursive` never returns where a folder is
 * there and yet none can be made in it, such as in `/proc`.
 * @returns the first folder that was made; undefined where the folder was there.
 * @throws a system error.
 */
export function makeFolders(path: string, mode: number): string | undefined {
  const missing: string[] = [];
  let at = resolve(path);
  for (; !existsSync(at) && at !== dirname(at); at = dirname(at)) missing.unshift(at);
  if (missing.length === 0 && !statSync(at).isDirectory()) mkdirSync(at); // says what is there
  for (const each of missing) {
    try {
      mkdirSync(each, { mode });
    } catch (error) {
      // Another process may have made it meanwhile.
      if (codeOf(error) !== 'EEXIST' || !statSync(each).isDirectory()) throw error;
    }
  }
  return missing[0];
}
