// Settings files of VS Code.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** VS Code's own settings: nothing is open beside the panel. */
export const QUIET_SETTINGS = {
  'git.openRepositoryInParentFolders': 'never',
  'workbench.startupEditor': 'none',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'chat.disableAIFeatures': true,
};

/**
 * Adds settings to those of a user data folder.
 * @throws Error if its settings file is not JSON without comments.
 */
export async function addUserSettings(userDataDir, settings) {
  const file = join(userDataDir, 'User', 'settings.json');
  const before = await readFile(file, 'utf8').catch(() => '{}');
  let parsed;
  try {
    parsed = JSON.parse(before);
  } catch (error) {
    throw new Error(`cannot read '${file}': ${error.message}`, { cause: error });
  }
  await writeJson(file, { ...parsed, ...settings });
}

/** Replaces the settings of a folder that VS Code opens. */
export async function setFolderSettings(folder, settings) {
  await writeJson(join(folder, '.vscode', 'settings.json'), settings);
}

async function writeJson(file, value) {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, JSON.stringify(value, null, 2));
}
