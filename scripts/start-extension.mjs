// The helper extension of `npm start`, which clusters the faces of the folders named in the
// environment variable FACE_CLUSTERS_START. It is not part of the shipped extension.
import { join } from 'node:path';
import { cacheDir, root, run } from './process.mjs';

/** Folder of the helper, for `--extensionDevelopmentPath`. */
export const startExtensionFolder = join(root, 'scripts', 'start-extension');

/** @returns the variables that pass the folders to the helper. */
export const startEnvironment = (folders) => ({ FACE_CLUSTERS_START: folders.join('\n') });

/** Packs the helper for a VS Code that installs extensions. @returns path of the .vsix. */
export async function packageStartExtension() {
  const file = join(cacheDir, 'face-clusters-start.vsix');
  const vsce = join(root, 'node_modules', '@vscode', 'vsce', 'vsce');
  const options = ['--out', file, '--skip-license', '--allow-missing-repository'];
  await run(process.execPath, [vsce, 'package', '--no-dependencies', ...options], {
    cwd: startExtensionFolder,
    quiet: true,
  });
  return file;
}
