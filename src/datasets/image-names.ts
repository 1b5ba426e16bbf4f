/** Names of images as tables write them: relative, absolute, of Windows, or URLs. */
import { extname } from 'node:path';
import { IMAGE_EXTENSIONS } from '../images/image-extensions';
import { PathValues, putOnly } from './path-suffixes';

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

/**
 * What finds the value of a name in a table: by its path or the end of it, with or without
 * extension, and by the name of the file alone where no other image has that name.
 * @param names all that are looked for.
 */
export function finderByName(
  values: ReadonlyMap<string, string>,
  names: readonly string[],
): (name: string) => string | undefined {
  /** Made where a name is not in the table as it is. */
  let others: { byPath: PathValues; imagesOfFile: Map<string, string | null> } | undefined;
  const make = () => {
    const byPath = new PathValues();
    for (const [name, value] of values) byPath.add(stemParts(name), value);
    /** The image of each file's name; null where several have it. */
    const imagesOfFile = new Map<string, string | null>();
    for (const name of names) {
      const parts = stemParts(name);
      putOnly(imagesOfFile, parts.at(-1) ?? '', parts.join('/'));
    }
    return { byPath, imagesOfFile };
  };
  return (name) => {
    const exact = values.get(name);
    if (exact !== undefined) return exact;
    others ??= make();
    const parts = stemParts(name);
    const found = others.byPath.find(parts);
    if (found !== undefined) return found ?? undefined;
    const file = parts.at(-1) ?? '';
    const isOnly = others.imagesOfFile.get(file) !== null;
    return (isOnly ? others.byPath.ofFile(file) : undefined) ?? undefined;
  };
}

/** Parts of a path in lower case, the last one without the extension of an image. */
function stemParts(name: string): string[] {
  const parts = pathParts(name);
  const file = stemOf(parts.pop() ?? '');
  return [...parts.map((part) => part.toLowerCase()), file];
}
