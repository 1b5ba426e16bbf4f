/** Which folders the engine's process may load libraries from. */

/**
 * What is wrong with a folder that the loader of the operating system is to search for libraries.
 * It takes a list in one variable, divided by `:` or `;`, and reads an empty or relative entry as
 * below the folder it runs in, which may be anybody's. Folders of other machines are refused
 * because whoever answers for them could have their code run here.
 * @returns what was expected and what came; undefined where nothing is wrong.
 */
export function libraryFolderProblem(
  folder: string,
  platform: NodeJS.Platform = process.platform,
): string | undefined {
  const windows = platform === 'win32';
  const local = windows ? /^[A-Za-z]:[\\/](?![\\/])[^:]*$/ : /^\/(?!\/)[^:]*$/;
  if (local.test(folder) && !/[;\p{Cc}]/u.test(folder)) return undefined;
  const example = windows ? String.raw`C:\CUDA\bin` : '/usr/local/cuda/lib64';
  const place = windows ? 'on a drive of this machine' : 'of this machine';
  return (
    `expected absolute folders ${place}, such as '${example}', without a ` +
    `further ':', a ';' or a control character; got ${JSON.stringify(folder)}`
  );
}
