import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { lateOptimization } from '../../src/engine/late-optimization';

test('gives this Node.js only arguments that it knows', async () => {
  const args = [...lateOptimization(), '-e', 'process.stdout.write("ran")'];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args);
  expect({ stdout, stderr }).toEqual({ stdout: 'ran', stderr: '' });
});

test.each([
  ['11.3.244.8-node.46', ['--interrupt-budget=500000']],
  ['12.4.254.21-node.57', ['--invocation-count-for-turbofan=20000']],
  ['14.6.202.34-electron.0', ['--invocation-count-for-turbofan=20000']],
  ['15.0.1', []],
  ['unknown', []],
])('knows the flags of V8 %s', (version, args) => {
  expect(lateOptimization(version)).toEqual(args);
});
