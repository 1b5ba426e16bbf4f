/** Names of images as tables write them: relative, absolute, of Windows, or URLs. */
import { extname } from 'node:path';
import { IMAGE_EXTENSIONS } from '../images/image-extensions';

/** Names that are as short as they can be: nearly all of a large table. */
const PLAIN = /^[\w-]+(?:\.[\w-]+)*$/;

/**
 * The parts of a path: folders and a file. `.` and `..`, drives, hosts and queries are left out.
 * @param name with `/` or `\` between its parts.
 */
export function pathParts(name: string): string[] {
  if (PLAIN.test(name)) return [name];
  let path = name.normalize('NFC');
  const url = /^([a-z][a-z0-9+.-]+):\/\/([^/?#]*)([^?#]*)/i.exec(path);
  if (url !== null) {
    path = decoded(url[3]!);
    // The host of s3://bucket/key is a folder, too.
    if (!/^(https?|file)$/i.test(url[1]!)) path = `${url[2]!}/${path}`;
  }
  const parts: string[] = [];
  for (const part of path.replace(/^[a-z]:/i, '').split(/[\\/]+/)) {
    if (part === '..' && parts.length > 0) parts.pop();
    else if (part !== '' && part !== '.' && part !== '..') parts.push(part);
  }
  return parts;
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** What is the same in all spellings of one path in a table: `./a/b.jpg`, `a\b.jpg`. */
export const nameKey = (name: string): string =>
  PLAIN.test(name)
    ? name
    : name
        .normalize('NFC')
        .replaceAll(/[\\/]+/g, '/')
        .replaceAll(/(?<=^|\/)\.\//g, '');

/** The name of a file without the extension of an image, in lower case. */
export function stemOf(file: string): string {
  const extension = extname(file).toLowerCase();
  const stem = IMAGE_EXTENSIONS.has(extension) ? file.slice(0, -extension.length) : file;
  return stem.toLowerCase().normalize('NFC');
}

/** What finds the value of a name in a table, with or without folders and extension. */
export function finderByName(
  values: ReadonlyMap<string, string>,
): (name: string) => string | undefined {
  /** By the file's name without extension; null where two images of it differ. */
  let stems: Map<string, string | null> | undefined;
  const byStem = () => {
    if (stems !== undefined) return stems;
    stems = new Map();
    for (const [name, value] of values) {
      const stem = stemOf(pathParts(name).at(-1) ?? '');
      const known = stems.get(stem);
      stems.set(stem, known === undefined || known === value ? value : null);
    }
    return stems;
  };
  return (name) =>
    values.get(name) ??
    values.get(nameKey(name)) ??
    byStem().get(stemOf(pathParts(name).at(-1) ?? '')) ??
    undefined;
}
