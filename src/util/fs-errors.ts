/**
 * Reasons of file system errors. Node.js's own messages repeat the path (`ENAMETOOLONG: name too
 * long, open '…'`), which the callers' messages already name.
 */
import { getSystemErrorMap } from 'node:util';
import { t } from '../text/translate';
import { codeOf, messageOf } from './errors';
import { own } from './own';

const WORDS = {
  EACCES: 'no permission',
  EPERM: 'no permission',
  EBUSY: 'another program uses it',
  EDQUOT: 'the disk quota is used up',
  EEXIST: 'it exists already',
  EFBIG: 'the file is larger than the file system or a limit allows',
  EIO: 'the disk failed',
  EISDIR: 'it is a folder',
  ELOOP: 'it is a symbolic link, or too many follow one another',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open',
  ENAMETOOLONG: 'the name is too long',
  ENOENT: 'it does not exist',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'a part of the path is not a folder',
  EROFS: 'the file system is read-only',
} as const;

/** The reason of an error with its code, but without the path: `the disk is full (ENOSPC)`. */
export function fsReason(error: unknown): string {
  const code = codeOf(error);
  if (code === undefined || !isSystemError(error)) return messageOf(error);
  const known = own(WORDS, code);
  const words =
    known === undefined ? (getSystemErrorMap().get(error.errno)?.[1] ?? t('it failed')) : t(known);
  return `${words} (${code})`;
}

/** Whether the disk or the quota is full. */
export function isFull(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT'].includes(codeOf(error) ?? '');
}

/** Whether an error comes from the operating system, as opposed to a check of Node.js. */
export function isSystemError(error: unknown): error is NodeJS.ErrnoException & { errno: number } {
  return error instanceof Error && 'errno' in error && typeof error.errno === 'number';
}
