// Writes ThirdPartyNotices.txt from the actual contents of a package, and checks the notices of a
// finished package.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageOf, packageOfSource } from './bundled-packages.mjs';
import { MISSING_TEXTS, NATIVE_FILES, SHARED_TEXTS } from './native-parts.mjs';
import { root } from './process.mjs';

export const NOTICES = 'ThirdPartyNotices.txt';

const LICENSES = join(root, 'licenses');

/**
 * Allowed licenses by SPDX identifier. All but the last four require only that their text is
 * included.
 */
const ALLOWED = new Set([
  ...'0BSD Apache-2.0 BlueOak-1.0.0 BSD-2-Clause BSD-3-Clause FTL HPND-sell-variant IJG ISC'.split(
    ' ',
  ),
  ...'libpng-2.0 libtiff MIT MIT-Modern-Variant NCSA OLDAP-2.8 Zlib'.split(' '),
  'MPL-1.1', // the notice gives the address of the sources
  'LGPL-3.0', // only in replaceable files: see COPYLEFT
  'LGPL-3.0-or-later', // likewise
  'LicenseRef-Microsoft-Redistributable',
]);

/** Packages whose LGPL code is in a shared library or WebAssembly module that can be replaced. */
const COPYLEFT = /^@img\/sharp-(libvips-|win32-)|^libheif-js$/;

/** Extensions of native code. */
const NATIVE = /\.(node|dll|exe|wasm|dylib|so(\.[\d.]+)?)$/;

const LICENSE_FILE =
  /^(licen[cs]e|copying|copyright|notices?|third-?party-?notices)(\.(md|txt))?$/i;

/**
 * Lists the third-party software in a package.
 * @param modules the package's complete folder node_modules, including files that are left out.
 * @param built the folder node_modules that the bundles were built from.
 * @param files paths of the package's files, relative to its root, with slashes.
 * @param bundled `{bundle: [folders of packages, relative to the root]}`, see scripts/build.mjs.
 * @returns entries `{name, version, license, where, source, notes, texts, parts}`, sorted by name.
 * @throws Error that lists everything without a license or its text, or whose license is not
 * allowed.
 */
export async function collect({ modules, built = join(root, 'node_modules'), files, bundled }) {
  const problems = [];
  const folders = new Map(); // folder of a package → its places in the archive
  const add = (folder, where) =>
    folders.set(folder, [...new Set([...(folders.get(folder) ?? []), where])]);
  for (const file of files) {
    const folder = packageOf(file);
    if (folder !== undefined) add(folder, `node_modules/${folder}`);
    if (folder === undefined && NATIVE.test(file))
      problems.push(`${file} is native code that belongs to no package`);
  }
  for (const [bundle, packages] of Object.entries(bundled))
    for (const path of packages) add(packageOf(`${path}/`), `dist/${bundle}`);
  const entries = [];
  for (const [folder, where] of folders) {
    const home = where.some((path) => path.startsWith('dist/')) ? built : modules;
    const own = JSON.parse(await readFile(join(home, folder, 'package.json'), 'utf8'));
    const natives = files.filter((file) => packageOf(file) === folder && NATIVE.test(file));
    const entry = {
      ...{
        name: own.name,
        version: own.version,
        license: licenseOf(own),
        where: [...where, ...natives],
      },
      ...{
        source: `https://www.npmjs.com/package/${own.name}/v/${own.version}`,
        notes: [],
        texts: await textsOf(own, join(home, folder), modules),
      },
      parts: [],
    };
    for (const native of natives)
      await addParts(entry, native.slice('node_modules/'.length), { modules, folder, problems });
    entries.push(entry);
    for (const { name, license, texts } of [entry, ...entry.parts]) {
      const what =
        name === entry.name
          ? `${name}@${entry.version}`
          : `${name} in ${entry.name}@${entry.version}`;
      const unwanted = (license ?? 'none').split(/ AND /).filter((id) => !ALLOWED.has(id));
      if (unwanted.length > 0)
        problems.push(`${what} is under ${unwanted.join(', ')}, which is not an allowed license`);
      if (/GPL/.test(license) && !COPYLEFT.test(entry.name))
        problems.push(`${what} is under ${license}, but not in a replaceable library`);
      if (texts.every((text) => text.trim() === ''))
        problems.push(`${what} contains no license text: add one to scripts/native-parts.mjs`);
    }
  }
  if (problems.length > 0)
    throw new Error(
      `notices of third-party software:\n${problems.map((problem) => `- ${problem}`).join('\n')}`,
    );
  return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** @returns the first allowed license of `MIT OR X` or `(MIT OR X)`. */
function licenseOf({ license }) {
  const choices =
    typeof license === 'string' ? license.replace(/^\((.*)\)$/, '$1').split(' OR ') : [];
  return (
    choices.find((choice) => choice.split(' AND ').every((id) => ALLOWED.has(id))) ?? choices[0]
  );
}

/** Replaces the text of a shared license, which is at the end of the notices. */
const reference = (file) => `The text is at the end of this file: ${file.replace('.txt', '')}`;

const textOf = async (file) =>
  SHARED_TEXTS.includes(file) ? reference(file) : readFile(join(LICENSES, file), 'utf8');

async function textsOf({ name, license }, folder, modules) {
  const found = (await readdir(folder)).filter((file) => LICENSE_FILE.test(file)).sort();
  const texts = await Promise.all(found.map((file) => readFile(join(folder, file), 'utf8')));
  for (const { texts: files = [], packaged = [] } of MISSING_TEXTS.filter(({ packages }) =>
    packages.test(name),
  )) {
    texts.push(...(await Promise.all(files.map(textOf))));
    texts.push(
      ...(await Promise.all(packaged.map((file) => readFile(join(modules, file), 'utf8')))),
    );
  }
  // Some packages contain only the address of this text.
  if (license === 'Apache-2.0' && !texts.some((text) => text.includes('TERMS AND CONDITIONS')))
    texts.push(reference('Apache-2.0.txt'));
  return texts;
}

/** @param native path of a native file below node_modules. */
async function addParts(entry, native, { modules, folder, problems }) {
  const kind = NATIVE_FILES.find(({ files }) => files.test(native));
  if (kind === undefined) {
    problems.push(
      `${native} is unknown native code: list its components in scripts/native-parts.mjs`,
    );
    return;
  }
  const parts = [...kind.parts];
  const versions = {};
  if (kind.versions !== undefined) {
    const read = JSON.parse(await readFile(join(modules, folder, 'versions.json'), 'utf8'));
    for (const [key, version] of Object.entries(read)) {
      const known = Object.hasOwn(kind.versions, key) ? kind.versions[key] : undefined;
      if (known === undefined)
        problems.push(
          `${native} contains the unknown component ${key} ${version}: add it to scripts/native-parts.mjs`,
        );
      else versions[known.name] = version;
      if (known !== undefined) parts.push(known);
    }
  }
  if (kind.replacing)
    entry.notes.push(kind.replacing(`node_modules/${native}`, `v${entry.version}`));
  for (const { name, license, source, note, texts = [], packaged = [] } of parts) {
    if (entry.parts.some((other) => other.name === name)) continue;
    const read = [
      ...texts.map(textOf),
      ...packaged.map((file) => readFile(join(modules, file), 'utf8')),
    ];
    entry.parts.push({
      name,
      version: versions[name],
      license,
      source,
      note,
      texts: await Promise.all(read),
    });
  }
}

const LINE = '='.repeat(80);
const THIN = '-'.repeat(80);

/**
 * @param entries result of `collect`.
 * @param target platform and processor of the package.
 * @returns the text of the notices.
 */
export async function format(entries, target) {
  const list = entries.map(({ name, version, license }) => `${name} ${version}: ${license}`);
  const blocks = entries.flatMap((entry) => [
    block(entry),
    ...entry.parts.map((part) => block({ ...part, of: entry.name })),
  ]);
  const shared = SHARED_TEXTS.filter((file) =>
    blocks.some((text) => text.includes(reference(file))),
  );
  const atTheEnd = await Promise.all(
    shared.map(
      async (file) =>
        `${file.replace('.txt', '')}\n\n${await readFile(join(LICENSES, file), 'utf8')}`,
    ),
  );
  return [
    `Face Clusters for ${target}: notices for third-party software`,
    [
      'Face Clusters itself is under the MIT license (LICENSE). Its package contains the third-party software listed here, under the licenses',
      'that follow. The face detector (weights/face-detector.onnx) is BlazeFace by Google, under the Apache License 2.0. The attribute networks',
      '(weights/face-attributes.*.onnx) were trained on data sets that are for non-commercial research only: see weights/README.md. The package',
      'contains no third-party fonts or pictures.',
    ].join('\n'),
    list.join('\n'),
    ...[...blocks, ...(await weights()), ...atTheEnd].map((text) => `${LINE}\n${text.trim()}`),
    '',
  ].join('\n\n');
}

function block({ name, version, license, where, source, of, note, notes = [], texts }) {
  const head = [
    of === undefined ? `Package: ${name}` : `Part: ${name}`,
    ...(of === undefined ? [] : [`Of: ${of}`]),
    ...(version === undefined ? [] : [`Version: ${version}`]),
    `License: ${license}`,
    ...(where ?? []).map((path) => `In: ${path}`),
    ...(source === undefined ? [] : [`Source: ${source}`]),
  ];
  const allNotes = [...notes, ...(note === undefined ? [] : [note])];
  return [head.join('\n'), ...allNotes, ...texts.map((text) => `${THIN}\n${text.trim()}`)].join(
    '\n\n',
  );
}

/** The networks in weights/, which are third-party work as well. */
async function weights() {
  const card = await readFile(join(root, 'weights', 'README.md'), 'utf8');
  const limits = /\*\*Licen[cs]e and limits of use\.\*\*([\s\S]*?)\n\n/.exec(card)?.[1];
  if (limits === undefined)
    throw new Error(
      'expected weights/README.md to have a paragraph **License and limits of use.**',
    );
  return [
    block({
      ...{ name: 'weights/face-attributes.*.onnx', license: 'see below', where: ['weights'] },
      texts: [limits.replace(/\s+/g, ' ')],
    }),
    block({
      ...{
        name: 'weights/face-detector.onnx',
        license: 'Apache-2.0',
        where: ['weights'],
        source: 'https://www.npmjs.com/package/@mediapipe/face_detection',
      },
      texts: [await readFile(join(root, 'weights', 'face-detector.LICENSE.txt'), 'utf8')],
    }),
  ];
}

/**
 * Compares the contents of a finished package with its notices, independently of `collect`.
 * @param files paths of its files.
 * @param text its notices.
 * @param sources `{bundle: paths of the sources in its source map}`.
 * @throws Error that lists every package and native file that is missing in the notices, or listed
 * without a license and its text.
 */
export function check({ files, text, sources = {} }) {
  const blocks = text.split(`${LINE}\n`).slice(1);
  const has = (path) =>
    blocks.some((one) => one.startsWith('Package: ') && one.split('\n').includes(`In: ${path}`));
  const problems = blocks
    .filter((one) => !/^License: \S/m.test(one) && /^(Package|Part): /.test(one))
    .map((one) => `no license: ${one.split('\n')[0]}`);
  for (const one of blocks.filter((other) => /^(Package|Part): /.test(other))) {
    const [, ...texts] = one.split(`\n${THIN}\n`);
    if (texts.every((license) => license.trim().length < 20))
      problems.push(`no text of a license: ${one.split('\n')[0]}`);
    for (const [, name] of one.matchAll(/^The text is at the end of this file: (.*)$/gm)) {
      if (!blocks.some((other) => other.startsWith(`${name}\n`)))
        problems.push(`its text is not at the end: ${name}`);
    }
  }
  for (const folder of new Set(files.map(packageOf)))
    if (folder !== undefined && !has(`node_modules/${folder}`))
      problems.push(`node_modules/${folder}`);
  for (const file of files) if (NATIVE.test(file) && !has(file)) problems.push(file);
  for (const [bundle, paths] of Object.entries(sources)) {
    for (const folder of new Set(paths.map(packageOfSource))) {
      const named = blocks.some(
        (one) =>
          one.startsWith(`Package: ${folder?.replace(/^.*node_modules\//, '')}\n`) &&
          one.includes(`\nIn: dist/${bundle}\n`),
      );
      if (folder !== undefined && !named) problems.push(`${folder} in dist/${bundle}`);
    }
  }
  if (problems.length > 0)
    throw new Error(
      `${NOTICES} does not cover all contents:\n${problems.map((problem) => `- ${problem}`).join('\n')}`,
    );
}
