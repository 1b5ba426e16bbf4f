import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LIBVIPS, MISSING_TEXTS, NATIVE_FILES, SHARED_TEXTS } from '../../scripts/native-parts.mjs';
import { check, collect, format } from '../../scripts/notices.mjs';
import { ROOT, temporaryFolder, writeFiles } from '../support/images';

const MIT =
  'MIT License\n\nPermission is hereby granted, free of charge, to any person obtaining a copy.';
const LIBVIPS_FOLDER = '@img/sharp-libvips-linux-x64';
const LIBRARY = `${LIBVIPS_FOLDER}/lib/libvips-cpp.so.8.18.7`;

/** Collects the entries of a node_modules with artificial packages. */
async function collected(
  packages: Record<string, string | object>,
  bundled: Record<string, string[]> = {},
) {
  const modules = join(await temporaryFolder(), 'node_modules');
  const contents = Object.entries(packages).map(([path, content]) => [
    path,
    typeof content === 'string' ? content : JSON.stringify({ version: '1.0.0', ...content }),
  ]);
  await writeFiles(modules, Object.fromEntries(contents) as Record<string, string>);
  const inBundles = Object.values(bundled).flat();
  const files = Object.keys(packages)
    .map((path) => `node_modules/${path}`)
    .filter((path) => !inBundles.some((folder) => path.startsWith(folder)));
  const entries = await collect({ modules, built: modules, files, bundled });
  return { entries, files, text: await format(entries, 'linux-x64') };
}

const packaged = {
  'alpha/package.json': { name: 'alpha', license: 'MIT' },
  'alpha/LICENSE': MIT,
  'alpha/index.js': '',
};
const libvips = {
  [`${LIBVIPS_FOLDER}/package.json`]: { name: LIBVIPS_FOLDER, license: 'LGPL-3.0-or-later' },
  [`${LIBVIPS_FOLDER}/versions.json`]: '{"vips":"8.18.7","glib":"2.90.0","webp":"1.6.0"}',
  [LIBRARY]: '',
};

describe('the notices', () => {
  it('list every installed and every bundled package with the text of its license', async () => {
    const beta = {
      'beta/package.json': { name: 'beta', license: '(GPL-2.0 OR ISC)' },
      'beta/license.md': 'ISC License. Permission to use.',
    };
    const { files, text } = await collected(
      { ...packaged, ...beta },
      { 'engine.js': ['node_modules/beta'] },
    );
    expect(text).toContain(
      'Package: alpha\nVersion: 1.0.0\nLicense: MIT\nIn: node_modules/alpha\n',
    );
    expect(text).toContain(MIT);
    expect(text).toContain('Package: beta\nVersion: 1.0.0\nLicense: ISC\nIn: dist/engine.js\n');
    expect(text).toContain('ISC License. Permission to use.');
    expect(text).toMatch(
      /Package: weights\/face-attributes\.\*\.onnx[^=]*non-commercial research only/,
    );
    expect(() => {
      check({
        files,
        text,
        sources: { 'engine.js': ['../src/a.ts', '../node_modules/beta/index.js'] },
      });
    }).not.toThrow();
  });

  it('list the components of libvips with versions and licenses, and how to replace those under the LGPL', async () => {
    const { text, files } = await collected(libvips);
    expect(text).toContain(
      `Part: glib\nOf: ${LIBVIPS_FOLDER}\nVersion: 2.90.0\nLicense: LGPL-3.0-or-later\nSource: https://`,
    );
    expect(text).toContain(
      `Part: libwebp\nOf: ${LIBVIPS_FOLDER}\nVersion: 1.6.0\nLicense: BSD-3-Clause\n`,
    );
    expect(text).toContain(`replace node_modules/${LIBRARY} with it`);
    expect(text.match(/GNU LESSER GENERAL PUBLIC LICENSE\n/g)).toHaveLength(1);
    expect(() => {
      check({ files, text });
    }).not.toThrow();
  });

  it('list the components of libheif, and how to replace them', async () => {
    const { text, files } = await collected({
      'libheif-js/package.json': { name: 'libheif-js', license: 'LGPL-3.0' },
      'libheif-js/LICENSE': 'GNU LESSER GENERAL PUBLIC LICENSE, version 3',
      'libheif-js/libheif-wasm/libheif.wasm': '',
    });
    for (const name of ['libheif', 'libde265'])
      expect(text).toContain(`Part: ${name}\nOf: libheif-js\nLicense: LGPL-3.0-or-later\n`);
    expect(text).toContain(
      'replace node_modules/libheif-js/libheif-wasm/libheif.wasm and libheif.js with them',
    );
    expect(() => {
      check({ files, text });
    }).not.toThrow();
  });

  it.each([
    [
      'a package without a license text',
      { 'alpha/package.json': { name: 'alpha', license: 'MIT' } },
      /alpha@1\.0\.0 contains no license text/,
    ],
    [
      'a license that is not allowed',
      { ...packaged, 'alpha/package.json': { name: 'alpha', license: 'AGPL-3.0' } },
      /under AGPL-3\.0, which/,
    ],
    [
      'a package without a license',
      { ...packaged, 'alpha/package.json': { name: 'alpha' } },
      /alpha@1\.0\.0 is under none/,
    ],
    [
      'the LGPL outside of a replaceable library',
      { ...packaged, 'alpha/package.json': { name: 'alpha', license: 'LGPL-3.0-or-later' } },
      /LGPL-3\.0-or-later, but not in a replaceable library/,
    ],
    [
      'unknown native code',
      { ...packaged, 'alpha/lib.node': '' },
      /alpha\/lib\.node is unknown native code/,
    ],
    [
      'an unknown component of libvips',
      { ...libvips, [`${LIBVIPS_FOLDER}/versions.json`]: '{"vips":"8.18.7","constructor":"1.0"}' },
      /contains the unknown component constructor 1\.0/,
    ],
  ])('are not written for %s', async (_, packages, reason) => {
    await expect(collected(packages)).rejects.toThrow(reason);
  });

  it('use all texts in licenses/, and no others', async () => {
    const kinds = [
      ...Object.values(LIBVIPS),
      ...NATIVE_FILES.flatMap(({ parts }) => parts),
      ...MISSING_TEXTS,
    ];
    const used = new Set([...kinds.flatMap(({ texts = [] }) => texts), ...SHARED_TEXTS]);
    const there = await readdir(join(ROOT, 'licenses'), { recursive: true, withFileTypes: true });
    const files = there.filter((entry) => entry.isFile() && entry.name !== 'README.md');
    const paths = files.map(({ name, parentPath }) =>
      join(parentPath, name).slice(join(ROOT, 'licenses').length + 1),
    );
    expect(paths.map((path) => path.replaceAll('\\', '/')).sort()).toEqual([...used].sort());
  });
});

describe('the check of a finished package', () => {
  it.each([
    ['a package', ['node_modules/gamma/index.js'], {}, /- node_modules\/gamma$/],
    [
      'a package within a package',
      ['node_modules/alpha/node_modules/gamma/index.js'],
      {},
      /- node_modules\/alpha\/node_modules\/gamma$/,
    ],
    [
      'a native library',
      ['node_modules/alpha/build/lib.so.1'],
      {},
      /- node_modules\/alpha\/build\/lib\.so\.1$/,
    ],
    [
      'code in a bundle',
      [],
      { 'cli.js': ['../node_modules/tar/node_modules/minipass/a.ts'] },
      /minipass in dist\/cli\.js$/,
    ],
  ])('misses %s that the notices do not tell of', async (_, files, sources, reason) => {
    const { text } = await collected(packaged);
    expect(() => {
      check({ files, text, sources });
    }).toThrow(reason);
  });

  it('reports a missing license text', async () => {
    const { text, files } = await collected(packaged);
    const without = text.replace(MIT, '');
    expect(() => {
      check({ files, text: without });
    }).toThrow(/no text of a license: Package: alpha/);
  });

  it('reports a shared license whose text is missing at the end', async () => {
    const { text, files } = await collected(libvips);
    const without = text.replace(/={80}\nGPL-3\.0\n[\s\S]*$/, '');
    expect(() => {
      check({ files, text: without });
    }).toThrow(/its text is not at the end: GPL-3\.0/);
  });
});
