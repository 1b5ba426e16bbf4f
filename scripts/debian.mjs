// Installs Debian packages that the tests need.
import { existsSync } from 'node:fs';
import { run } from './process.mjs';

let updated = false;

/**
 * Installs Debian packages as root.
 * @throws Error that lists the packages to install by hand, without root or off Linux.
 */
export async function aptInstall(...packages) {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    throw new Error(`please install by hand (this needs root on Debian): ${packages.join(' ')}`);
  }
  console.error(`Installing ${packages.join(', ')} with apt-get …`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  if (!updated) await run('apt-get', ['update', '-qq'], { env, quiet: true });
  updated = true;
  await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], {
    env,
    quiet: true,
  });
}

/**
 * Installs Chromium, which shows VS Code, unless FACE_CLUSTERS_CHROMIUM names one. Its software
 * Vulkan allows tests of WebGPU without a GPU.
 */
export async function installChromium() {
  if (process.env.FACE_CLUSTERS_CHROMIUM === undefined && !existsSync('/usr/bin/chromium'))
    await aptInstall('chromium', 'fonts-dejavu-core');
}
