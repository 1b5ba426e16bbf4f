import { execFileSync } from 'node:child_process';
import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { NATIVE_ENVIRONMENT } from '../../src/util/native-environment';
import { ROOT, temporaryFolder, writeFiles } from '../support/images';

/**
 * What a thread says that tries to load ONNX Runtime, in a process of its own.
 * @param before what the main thread does before it starts the thread. @param thread what the
 * thread does.
 */
async function said(
  before: string,
  thread = 'onnxruntime().InferenceSession.name',
): Promise<string> {
  const folder = await temporaryFolder();
  const contents = `
    export { onnxruntime } from './src/networks/lazy-onnxruntime';
    export { setNativeEnvironment } from './src/util/native-environment';`;
  await build({
    stdin: { contents, resolveDir: ROOT },
    ...{
      bundle: true,
      platform: 'node',
      format: 'cjs',
      outfile: join(folder, 'library.cjs'),
      logLevel: 'error',
    },
  });
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'junction');
  await writeFiles(folder, {
    'main.cjs': `
      const { Worker, isMainThread, parentPort, SHARE_ENV } = require('node:worker_threads');
      const { onnxruntime, setNativeEnvironment } = require('./library.cjs');
      if (isMainThread) {
        ${before};
        new Worker(__filename).on('message', (said) => console.log(said));
      } else {
        try { parentPort.postMessage(${thread}); } catch (error) { parentPort.postMessage(error.message); }
      }`,
  });
  const env = { ...process.env };
  for (const name of Object.keys(NATIVE_ENVIRONMENT)) Reflect.deleteProperty(env, name);
  return execFileSync(process.execPath, [join(folder, 'main.cjs')], {
    encoding: 'utf8',
    env,
  }).trim();
}

describe('a worker thread', () => {
  it('loads ONNX Runtime where its process has set the variables', async () => {
    expect(await said('setNativeEnvironment()')).toBe('InferenceSession');
  });

  it('does not load ONNX Runtime where its process has not, whatever its own copy of the environment says', async () => {
    const refused =
      /^will not load ONNX Runtime in this thread: expected setNativeEnvironment\(\).*ORT_DISABLE_TELEMETRY/;
    expect(await said('')).toMatch(refused);
    expect(
      await said(
        '',
        "(process.env.ORT_DISABLE_TELEMETRY = '1', onnxruntime().InferenceSession.name)",
      ),
    ).toMatch(refused);
  });

  it('cannot set the variables, which native libraries would not see', async () => {
    expect(await said('', 'String(setNativeEnvironment())')).toMatch(
      /^expected to be called in the main thread/,
    );
  });
});
