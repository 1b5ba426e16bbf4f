import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { analysisSettings, type Settings } from '../../src/domain/settings';
import { bundled, settingsWith, startEngine } from '../support/engine';
import { PORTRAITS, temporaryFolder } from '../support/images';

/**
 * Debian's Chromium includes SwiftShader, Vulkan in software: real WebGPU without a GPU, if slow.
 */
const SWIFTSHADER = '/usr/lib/chromium';
const driver = join(SWIFTSHADER, 'vk_swiftshader_icd.json');
const missing = !existsSync(driver);
if (missing) console.warn(`skipped: WebGPU without a GPU needs ${driver} (Debian: chromium)`);

/** Why WebGPU is not used on a machine that has no time for it. */
const TOO_SLOW = 'it did not finish a test batch within 30 s';

/** In software, an analysis takes a minute or several, as busy as the machine is. */
const LIMIT = { timeout: 600_000 };

/** Analyzes three portraits in a new engine, which finds SwiftShader and no GPU. */
async function analyzed(values: Partial<Settings>) {
  const before = {
    VK_DRIVER_FILES: process.env.VK_DRIVER_FILES,
    LD_LIBRARY_PATH: process.env.LD_LIBRARY_PATH,
  };
  Object.assign(process.env, { VK_DRIVER_FILES: driver, LD_LIBRARY_PATH: SWIFTSHADER });
  onTestFinished(() => {
    for (const [name, value] of Object.entries(before)) {
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    }
  });
  const home = await temporaryFolder();
  const [runDir, storeDir] = [join(home, 'run'), join(home, 'store')];
  const settings = analysisSettings(settingsWith({ limit: 3, ...values }));
  const engine = startEngine();
  const params = { runDir, id: 'test', folders: [PORTRAITS], settings, bundled, storeDir };
  const manifest = await engine.call('analyze', params);
  const more = await engine.call('analyze', {
    ...params,
    runDir: `${runDir}-more`,
    settings: { ...settings, limit: 5 },
  });
  const bytes = new Uint8Array(await readFile(join(runDir, 'probabilities.f32')));
  return { manifest, more, probabilities: Array.from(new Float32Array(bytes.buffer)) };
}

describe.skipIf(missing)('WebGPU', () => {
  it('gives the results of the CPU on a device without float16', LIMIT, async ({ skip }) => {
    const onCpu = await analyzed({ provider: 'cpu', model: bundled.gpu });
    // The second batch is not full.
    const onWebGpu = await analyzed({ provider: 'webgpu', model: bundled.gpu, batchSize: 2 });
    const trial = onWebGpu.manifest.trials.find(({ provider }) => provider === 'webgpu');
    if (trial?.reason === TOO_SLOW) skip(`WebGPU in software: ${TOO_SLOW}`);
    expect(onWebGpu.manifest).toMatchObject({ provider: 'webgpu', faces: 3, notices: [] });
    expect(onWebGpu.more).toMatchObject({ known: 3, faces: 5, notices: [] });
    expect(onWebGpu.probabilities).toHaveLength(3 * 40);
    const differences = onWebGpu.probabilities.map((value, i) =>
      Math.abs(value - onCpu.probabilities[i]!),
    );
    expect(Math.max(...differences)).toBeLessThan(1e-4);
  });

  it('is rejected with a reason where it is slower than the CPU', LIMIT, async () => {
    const { manifest } = await analyzed({ provider: 'auto' });
    expect(manifest.provider).toBe('cpu');
    const trial = manifest.trials.find(({ provider }) => provider === 'webgpu');
    // In software a test batch takes long, and on a busy machine longer than it may.
    const reasons = {
      slower:
        /^it is slower than the CPU: \d+(\.\d)? faces a second, 1 at a time, where the CPU does \d+$/,
      unusable: new RegExp(`^${TOO_SLOW}$`),
    };
    expect(trial).toMatchObject({ used: false });
    expect(trial?.reason).toMatch(reasons[trial?.rejection as keyof typeof reasons]);
  });
});
