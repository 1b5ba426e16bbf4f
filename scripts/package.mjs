// Packages the extension for a platform into face-clusters-<target>.vsix:
//   node scripts/package.mjs [linux-x64|linux-arm64|darwin-arm64|win32-x64|win32-arm64] [--out FILE.vsix]
// Every machine can package every target: native packages of the target are installed into a staging folder.
import { existsSync } from 'node:fs';
import { appendFile, cp, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readVsix } from './archive.mjs';
import { readBundles } from './bundled-packages.mjs';
import { check, collect, format, NOTICES } from './notices.mjs';
import { cacheDir, main, root, run } from './process.mjs';
import { buildAll, installPackages } from './setup.mjs';

export const TARGETS = ['linux-x64', 'linux-arm64', 'darwin-arm64', 'win32-x64', 'win32-arm64'];

/** Files and folders of the package; .vscodeignore excludes files for developers in them. */
const CONTENT = [
  'package.json',
  'package.nls.json',
  'package.nls.de.json',
  'package-lock.json',
  '.npmrc',
  '.vscodeignore',
  'README.md',
  'CHANGELOG.md',
  'LICENSE',
  'dist',
  'l10n',
  'media',
  'weights',
];

/**
 * Packages that are installed in the extension: native ones and decoders in WebAssembly, which
 * cannot be bundled, and their dependencies at run time. Their other dependencies only build them.
 */
export const RUNTIME = [
  'sharp', '@img', 'detect-libc', 'semver',
  'onnxruntime-node', 'onnxruntime-common',
  'lmdb', '@lmdb', '@harperfast', 'msgpackr', 'ordered-binary', 'weak-lru-cache', 'node-gyp-build-optional-packages',
  '@julusian', 'pkg-prebuilds',
  'libheif-js', '@jsquash', '@cornerstonejs',
]; // prettier-ignore

/** Sources of native code, in packages that contain prebuilt binaries. */
const SOURCES = [
  'lmdb/dependencies',
  'lmdb/src',
  '@julusian/jpeg-turbo/src',
  'lmdb/node_modules',
  '@julusian/jpeg-turbo/node_modules',
];

/** @returns the path of the .vsix. */
export async function packageExtension(
  target,
  file = join(root, 'out', `face-clusters-${target}.vsix`),
) {
  if (!TARGETS.includes(target))
    throw new Error(`expected a target of ${TARGETS.join(', ')}, got '${target}'`);
  const stage = join(cacheDir, `package-${target}`);
  await rm(stage, { recursive: true, force: true });
  await mkdir(stage, { recursive: true });
  for (const name of CONTENT) await cp(join(root, name), join(stage, name), { recursive: true });
  const modules = join(stage, 'node_modules');
  await installFor(target, stage);
  await removeOtherTargets(target, modules);
  // vsce requires all dependencies to be installed, so unused ones are only excluded.
  const unused = (await readdir(modules)).filter((name) => !RUNTIME.includes(name));
  await appendFile(
    join(stage, '.vscodeignore'),
    [...unused, ...SOURCES].map((name) => `node_modules/${name}/**\n`).join(''),
  );
  const { bundled, sources } = await readBundles();
  const entries = await collect({ modules, files: await filesOf(stage), bundled });
  await writeFile(join(stage, NOTICES), await format(entries, target));
  await runVsce(target, stage, file);
  await rm(stage, { recursive: true });
  try {
    check({ ...(await readVsix(file, NOTICES)), sources });
  } catch (error) {
    await rm(file); // a package with incomplete notices must not be published
    throw error;
  }
  return file;
}

/** Installs the run-time dependencies of a target. */
async function installFor(target, stage) {
  const [platform, arch] = target.split('-');
  const libc = platform === 'linux' ? ['--libc=glibc'] : [];
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];
  await run(
    'npm',
    [
      'ci',
      '--omit=dev',
      '--ignore-scripts',
      `--os=${platform}`,
      `--cpu=${arch}`,
      ...libc,
      ...quiet,
    ],
    {
      cwd: stage,
      env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' },
      quiet: true,
    },
  );
}

/**
 * Removes native libraries of other targets from packages that contain those of several.
 * @throws Error if there are none for the target.
 */
async function removeOtherTargets(target, modules) {
  const [platform, arch] = target.split('-');
  // ONNX Runtime's package contains the libraries of all platforms.
  const bin = join(modules, 'onnxruntime-node', 'bin', 'napi-v6');
  for (const otherPlatform of await readdir(bin)) {
    for (const otherArch of await readdir(join(bin, otherPlatform))) {
      if (otherPlatform !== platform || otherArch !== arch)
        await rm(join(bin, otherPlatform, otherArch), { recursive: true });
    }
  }
  if (!existsSync(join(bin, platform, arch)))
    throw new Error(`onnxruntime-node has no libraries for ${target}`);
  const prebuilds = join(modules, '@julusian', 'jpeg-turbo', 'prebuilds');
  for (const name of await readdir(prebuilds))
    if (name !== `jpeg-turbo-${target}`) await rm(join(prebuilds, name), { recursive: true });
  // LMDB's Node-API build runs on all versions; the others are for single versions of Node.js, and
  // for musl.
  for (const folder of await readdir(join(modules, '@lmdb'))) {
    for (const name of await readdir(join(modules, '@lmdb', folder))) {
      if (/\.abi\d+\.|\.musl\./.test(name)) await rm(join(modules, '@lmdb', folder, name));
    }
  }
}

/** Writes the .vsix of a staged extension. */
async function runVsce(target, stage, file) {
  await mkdir(join(file, '..'), { recursive: true });
  const vsce = join(root, 'node_modules', '@vscode', 'vsce', 'vsce');
  const options = [
    '--target',
    target,
    '--out',
    resolve(file),
    '--skip-license',
    '--allow-missing-repository',
    '--no-rewrite-relative-links',
  ];
  await run(process.execPath, [vsce, 'package', ...options], { cwd: stage, quiet: true });
}

/** @returns the paths of the files that vsce packages, with slashes. */
async function filesOf(stage) {
  const { default: vsce } = await import('@vscode/vsce');
  const files = await vsce.listFiles({ cwd: stage, packageManager: vsce.PackageManager.Npm });
  return files.map((file) => file.replaceAll('\\', '/'));
}

if (process.argv[1] === join(root, 'scripts', 'package.mjs')) {
  main(async () => {
    const { positionals, values } = parseArgs({
      allowPositionals: true,
      options: { out: { type: 'string' } },
    });
    await installPackages();
    await buildAll();
    for (const target of positionals.length > 0
      ? positionals
      : [`${process.platform}-${process.arch}`]) {
      console.log(await packageExtension(target, values.out));
    }
  });
}
