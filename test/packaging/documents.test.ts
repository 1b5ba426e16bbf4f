/** Documents name only files that exist. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../support/settings';

const FOLDERS = ['docs', 'licenses', 'training', 'weights'];

/** All but CHANGELOG.md, which tells of files as they were. */
const DOCUMENTS = [
  ...readdirSync(ROOT),
  ...FOLDERS.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { encoding: 'utf8', recursive: true }).map((name) =>
      join(folder, name),
    ),
  ),
].filter((name) => name.endsWith('.md') && name !== 'CHANGELOG.md');

/** Relative targets of the links of a Markdown text, without their anchors. */
const linksIn = (text: string) =>
  [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target]) => target!.replace(/#.*/, ''))
    .filter((target) => target !== '' && !/^[a-z]+:/.test(target));

/** Paths of files of the repository that a Markdown text names as code. */
const pathsIn = (text: string) =>
  [...text.matchAll(/`((?:src|test|scripts|webview|docs|training|weights)\/[\w./-]+\.\w+)`/g)].map(
    ([, path]) => path!,
  );

describe.each(DOCUMENTS)('%s', (name) => {
  const text = readFileSync(join(ROOT, name), 'utf8');

  it('links to files that exist', () => {
    const broken = linksIn(text).filter(
      (target) => !existsSync(resolve(ROOT, dirname(name), decodeURI(target))),
    );
    expect(broken).toEqual([]);
  });

  it('names files that exist', () => {
    expect(pathsIn(text).filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });
});

it('CONTRIBUTING.md describes every folder of the sources', () => {
  const text = readFileSync(join(ROOT, 'CONTRIBUTING.md'), 'utf8');
  const folders = readdirSync(join(ROOT, 'src'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !text.includes(` ${entry.name}/`))
    .map(({ name }) => name);
  expect(folders).toEqual([]);
});
