// npm start [-- FOLDER…] [-- --no-open]: set-up, the main job on sample photos (or on FOLDERs), then
// VS Code open on the result.
import { spawn } from 'node:child_process';
import { cp } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { cacheDir, main, once, onPath, root, run } from './process.mjs';
import { samplePortraits } from './samples.mjs';
import { buildIfStale, installPackages } from './setup.mjs';
import {
  packageStartExtension,
  startEnvironment,
  startExtensionFolder,
} from './start-extension.mjs';
import { addUserSettings, QUIET_SETTINGS, setFolderSettings } from './vscode-settings.mjs';

/**
 * Settings for the sample photos, both in the command line and in VS Code: the default of 16
 * clusters is too many for 72 faces.
 */
const SAMPLE_SETTINGS = { clusters: 'auto', autoFrom: 4, autoTo: 12 };

main(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { 'no-open': { type: 'boolean' }, out: { type: 'string' } },
  });
  await installPackages();
  await buildIfStale();
  // Folders of the user's may contain settings, so VS Code asks whether they are trusted.
  const isSample = positionals.length === 0;
  const folders = isSample ? [await sampleFolder()] : positionals.map((path) => resolve(path));
  const name = isSample ? 'sample' : basename(folders[0]);
  const outDir = resolve(values.out ?? join(root, 'out', name));
  const options = isSample ? optionsOf(SAMPLE_SETTINGS) : [];
  // The program wrote all files in out/, even where an older version did not record it.
  if (values.out === undefined) options.push('--overwrite');
  await clusterFaces(folders, outDir, options);
  console.log(`\nReport: ${join(outDir, 'report.html')}`);
  if (values['no-open']) return;
  if (onPath('code')) await openDesktop(folders, isSample);
  else await openInBrowser(folders, isSample);
});

/**
 * @returns a copy of the sample photos with SAMPLE_SETTINGS as the settings of the folder. Changes
 * that were made to them in VS Code since the last start are discarded.
 */
async function sampleFolder() {
  const portraits = await samplePortraits();
  const folder = await once('start/sample-portraits', (copy) =>
    cp(portraits, copy, { recursive: true }),
  );
  const settings = Object.entries(SAMPLE_SETTINGS).map(([name, value]) => [
    `faceClusters.${name}`,
    value,
  ]);
  await setFolderSettings(folder, Object.fromEntries(settings));
  return folder;
}

/** @returns settings as options of the command line. */
function optionsOf(settings) {
  return Object.entries(settings).flatMap(([name, value]) => [
    `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
    String(value),
  ]);
}

async function clusterFaces(folders, outDir, options) {
  const program = join(root, 'dist', 'cli.js');
  await run(process.execPath, [program, 'cluster', ...folders, '--out', outDir, ...options], {
    env: {
      ...process.env,
      FACE_CLUSTERS_CACHE: process.env.FACE_CLUSTERS_CACHE ?? join(root, '.cache', 'kept'),
    },
  });
}

/**
 * Opens the desktop's VS Code with this checkout as an extension under development and a profile of
 * its own. Nothing is installed into the user's VS Code.
 */
async function openDesktop(folders, isTrusted) {
  console.log('Opening VS Code …');
  const profile = join(cacheDir, 'start-desktop');
  await addUserSettings(profile, QUIET_SETTINGS);
  const options = [
    '--new-window',
    `--extensionDevelopmentPath=${root}`,
    `--extensionDevelopmentPath=${startExtensionFolder}`,
    `--user-data-dir=${profile}`,
  ];
  if (isTrusted) options.push('--disable-workspace-trust');
  const child = spawn('code', [...options, folders[0]], {
    env: { ...process.env, ...startEnvironment(folders) },
    stdio: 'ignore',
    detached: true,
    shell: process.platform === 'win32',
  });
  await new Promise((done, failed) => child.once('spawn', done).once('error', failed));
  child.unref();
}

/** Serves VS Code to a browser, on 127.0.0.1, until Ctrl+C. */
async function openInBrowser(folders, isTrusted) {
  const { installCodeServer, installVsix, startCodeServer } = await import('./code-server.mjs');
  const { packageExtension } = await import('./package.mjs');
  console.log('No desktop VS Code (`code`) is on the PATH: setting up one for the browser …');
  const server = await installCodeServer();
  const vsix = await packageExtension(`${process.platform}-${process.arch}`);
  const home = {
    userDataDir: join(cacheDir, 'start-browser', 'data'),
    extensionsDir: join(cacheDir, 'start-browser', 'extensions'),
  };
  await installVsix(server, { ...home, vsix });
  await installVsix(server, { ...home, vsix: await packageStartExtension() });
  const { url, stop, child } = await startCodeServer(server, {
    ...home,
    folder: folders[0],
    settings: { ...QUIET_SETTINGS, 'security.workspace.trust.enabled': !isTrusted },
    env: startEnvironment(folders),
  });
  console.log(`\nVS Code is open at ${url}\nCtrl+C ends it.`);
  openAddress(url);
  process.once('SIGINT', () => void stop());
  process.once('SIGTERM', () => void stop());
  await new Promise((ended) => child.once('exit', ended));
}

/** Opens an address in the default browser, if there is one. */
function openAddress(url) {
  const opener = { darwin: 'open', win32: 'explorer' }[process.platform] ?? 'xdg-open';
  if (!onPath(opener)) return;
  const browser = spawn(opener, [url], { stdio: 'ignore', detached: true });
  browser.on('error', () => undefined); // the printed address can be opened by hand
  browser.unref();
}
