// npm start [-- FOLDER…] [-- --no-open]: set-up, the main job on sample photos (or on FOLDERs), then VS Code open on the result.
import { spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { cacheDir, main, onPath, root, run } from './process.mjs';
import { samplePortraits } from './samples.mjs';
import { buildIfStale, installPackages } from './setup.mjs';

main(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { 'no-open': { type: 'boolean' }, out: { type: 'string' } },
  });
  await installPackages();
  await buildIfStale();
  const folders =
    positionals.length > 0
      ? positionals.map((folder) => resolve(folder))
      : [await samplePortraits()];
  // The sample photos come from here. A folder of the user's may come from anywhere, with settings
  // of its own: VS Code asks whether it is trusted.
  const trusted = positionals.length === 0;
  const outDir = resolve(
    values.out ?? join(root, 'out', positionals.length > 0 ? basename(folders[0]) : 'sample'),
  );
  // Sixteen clusters of 72 sample faces would be crumbs.
  const options =
    positionals.length > 0 ? [] : ['--clusters', 'auto', '--auto-from', '4', '--auto-to', '12'];
  if (values.out === undefined) options.push('--overwrite'); // all in this repository's out/ is made, also by older versions
  await run(
    process.execPath,
    [join(root, 'dist', 'cli.js'), 'cluster', ...folders, '--out', outDir, ...options],
    {
      env: {
        ...process.env,
        FACE_CLUSTERS_CACHE: process.env.FACE_CLUSTERS_CACHE ?? join(root, '.cache', 'kept'),
      },
    },
  );
  console.log(`\nReport: ${join(outDir, 'report.html')}`);
  if (values['no-open']) return;
  if (onPath('code')) await openDesktop(folders, trusted);
  else await openInBrowser(folders, trusted);
});

/**
 * The desktop's VS Code with this checkout as an extension under development: nothing is installed
 * into it.
 */
async function openDesktop(folders, trusted) {
  console.log('Opening VS Code …');
  const profile = join(cacheDir, 'start-desktop');
  await mkdir(profile, { recursive: true });
  const windows = process.platform === 'win32';
  const options = [
    '--new-window',
    `--extensionDevelopmentPath=${root}`,
    `--user-data-dir=${profile}`,
  ];
  if (trusted) options.push('--disable-workspace-trust');
  const child = spawn('code', [...options, folders[0]], {
    env: { ...process.env, FACE_CLUSTERS_START: folders.join('\n') },
    stdio: 'ignore',
    detached: true,
    shell: windows,
  });
  await new Promise((done, failed) => child.once('spawn', done).once('error', failed));
  child.unref();
}

/** A whole VS Code in the browser, served on 127.0.0.1 until Ctrl+C. */
async function openInBrowser(folders, trusted) {
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
  const { url, stop, child } = await startCodeServer(server, {
    ...home,
    folder: folders[0],
    settings: { 'workbench.startupEditor': 'none', 'security.workspace.trust.enabled': !trusted },
    env: { FACE_CLUSTERS_START: folders.join('\n') },
  });
  console.log(`\nVS Code is open at ${url}\nCtrl+C ends it.`);
  const opener = { darwin: 'open', win32: 'explorer' }[process.platform] ?? 'xdg-open';
  if (onPath(opener)) {
    const browser = spawn(opener, [url], { stdio: 'ignore', detached: true });
    browser.on('error', () => undefined); // the address is printed: it can be opened by hand
    browser.unref();
  }
  process.once('SIGINT', () => void stop());
  process.once('SIGTERM', () => void stop());
  await new Promise((ended) => child.once('exit', ended));
}
