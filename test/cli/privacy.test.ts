/**
 * Files that a run writes, and connections, as traced by strace. They must be exactly those of the
 * README's section 'Privacy'.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { describe, expect, it } from 'vitest';
import { samplePhotos } from '../../scripts/samples.mjs';
import { NATIVE_ENVIRONMENT } from '../../src/util/native-environment';
import { CLI } from '../support/engine';
import { PORTRAITS, temporaryFolder, writeFiles } from '../support/images';
import { traced, whyNotTraced } from '../support/strace';

const missing = whyNotTraced();
if (missing !== undefined) console.warn(`skipped: files and connections of a run: ${missing}`);

/** Devices, which store nothing. */
const DEVICES = /^\/dev\/(null|tty|kfd|nvidia[^/]*|dri\/[^/]+)$/;

/** Runs a command under strace with empty home, temporary and cache folders. */
async function user() {
  const folder = await temporaryFolder();
  await writeFiles(folder, { 'home/.keep': '', 'tmp/.keep': '' });
  const [home, tmp, store, out] = ['home', 'tmp', 'store', 'out'].map((name) =>
    join(folder, name),
  ) as [string, string, string, string];
  const {
    XDG_CACHE_HOME: _cache,
    XDG_CONFIG_HOME: _config,
    XDG_DATA_HOME: _data,
    XDG_STATE_HOME: _state,
    ...inherited
  } = process.env;
  const env: NodeJS.ProcessEnv = {
    ...inherited,
    HOME: home,
    TMPDIR: tmp,
    FACE_CLUSTERS_CACHE: store,
  };
  // Users do not set these variables; the program must.
  for (const name of Object.keys(NATIVE_ENVIRONMENT)) Reflect.deleteProperty(env, name);
  const run = async (...command: string[]) => {
    const result = await traced(join(folder, 'trace'), [process.execPath, ...command], {
      cwd: home,
      env,
    });
    const within = (path: string, folder: string) =>
      path === folder || path.startsWith(folder + sep);
    const own = (path: string) =>
      within(path, store) || within(path, out) || path.startsWith(join(tmp, 'face-clusters-'));
    const foreign = result.written.filter((path) => !DEVICES.test(path) && !own(path));
    const left = [...(await readdir(home)), ...(await readdir(tmp))].filter(
      (name) => name !== '.keep',
    );
    return { ...result, foreign: [...new Set(foreign)], left, folder };
  };
  return { run, out, store };
}

/** Labels for `evaluate`: every portrait smiles. */
async function labels(): Promise<string> {
  const images = await readdir(join(PORTRAITS, 'female'));
  return ['image,Smiling', ...images.map((name) => `${name},1`)].join('\n');
}

describe.skipIf(missing !== undefined)('a run', () => {
  it('is traced with its files and connections', async () => {
    const { run } = await user();
    const program = `
      const { connect } = require('node:net');
      const fs = require('node:fs');
      fs.writeFileSync('relative', '');
      fs.symlinkSync('relative', 'link');
      fs.openSync(process.env.TMPDIR + '/face-clusters-x', 'a');
      require('node:child_process').execFileSync(process.execPath, ['-e', "fs.mkdirSync(process.env.TMPDIR + '/made')"]);
      connect(9, '192.0.2.1').on('error', () => undefined);`;
    const { status, connections, foreign, left, folder, stderr } = await run('-e', program);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(foreign).toEqual(expect.arrayContaining(['relative', 'link', join(folder, 'tmp/made')]));
    expect(foreign.filter((path) => path.includes('face-clusters-x'))).toEqual([]);
    expect(connections.join('\n')).toMatch(/socket\(AF_INET.*\n.*connect\(.*192\.0\.2\.1/);
    expect(left.sort()).toEqual(['face-clusters-x', 'link', 'made', 'relative']);
  });

  it.each([
    [
      'that analyzes and clusters, trying every execution provider',
      () => ['cluster', PORTRAITS, '--clusters', 'auto', '--auto-to', '8'],
    ],
    [
      'that searches photos and caches nothing',
      async () => [
        'cluster',
        await samplePhotos(),
        '--no-cache',
        '--detect',
        'always',
        '--provider',
        'cpu',
        '--clusters',
        '3',
      ],
    ],
    [
      'that compares methods',
      () => [
        'compare',
        PORTRAITS,
        '--limit',
        '20',
        '--to',
        '4',
        '--provider',
        'cpu',
        '--detect',
        'never',
      ],
    ],
  ])('%s connects to nothing, and writes its own files only', async (_, command) => {
    const { run, out, store } = await user();
    const args = await command();
    const { status, connections, foreign, left, stderr } = await run(CLI, ...args, '--out', out);
    expect({ status, foreign, left, connections }, stderr).toEqual({
      status: 0,
      foreign: [],
      left: [],
      connections: [],
    });
    const kept = await readdir(join(store, 'faces')).catch(() => []);
    if (args.includes('--no-cache')) expect(kept).toEqual([]);
    else expect(kept).toContain('faces.mdb');
  });

  it('that evaluates connects to nothing, and writes only its own files', async () => {
    const { run, out } = await user();
    const folder = await temporaryFolder();
    await writeFiles(folder, { 'labels.csv': await labels() });
    const options = ['--labels', join(folder, 'labels.csv'), '--limit', '10', '--detect', 'never'];
    const { status, connections, foreign, left, stderr } = await run(
      CLI,
      'evaluate',
      join(PORTRAITS, 'female'),
      ...options,
      '--out',
      out,
    );
    expect({ status, foreign, left, connections }, stderr).toEqual({
      status: 0,
      foreign: [],
      left: [],
      connections: [],
    });
    expect(JSON.parse(await readFile(join(out, 'evaluation.json'), 'utf8'))).toBeTypeOf('object');
  });
});
