/** Folders from which the engine's process may load libraries. */
import { t } from '../text/translate';

/**
 * Checks a folder that the operating system's loader is to search for libraries. The loader takes a
 * list in one variable, separated by `:` or `;`, and resolves empty and relative entries in the
 * working folder, which may be untrusted. Network folders are refused because the other machine
 * could execute code here.
 * @returns a message with the expected and the received value; undefined for a valid folder.
 */
export function libraryFolderProblem(
  folder: string,
  platform: NodeJS.Platform = process.platform,
): string | undefined {
  const windows = platform === 'win32';
  const local = windows ? /^[A-Za-z]:[\\/](?![\\/])[^:]*$/ : /^\/(?!\/)[^:]*$/;
  if (local.test(folder) && !/[;\p{Cc}]/u.test(folder)) return undefined;
  return t(
    windows
      ? "expected absolute folders on a drive of this machine, such as '{0}', without a further ':', a ';' or a control character; got {1}"
      : "expected absolute folders of this machine, such as '{0}', without a further ':', a ';' or a control character; got {1}",
    windows ? String.raw`C:\CUDA\bin` : '/usr/local/cuda/lib64',
    JSON.stringify(folder),
  );
}
