// Reads .vsix files, which are zip files, with the zip library that vsce depends on.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from './process.mjs';

/**
 * @param wanted path of a file in the extension.
 * @returns `{files, text}`: the paths of all files, relative to the extension's root, and the text
 * of the wanted file ('' if there is none).
 */
export async function readVsix(file, wanted) {
  const yauzl = createRequire(join(root, 'node_modules', '@vscode', 'vsce', 'package.json'))(
    'yauzl',
  );
  const archive = await promisify(yauzl.open)(file, { lazyEntries: true });
  const open = promisify(archive.openReadStream.bind(archive));
  const files = [];
  let text = '';
  await new Promise((resolve, reject) => {
    archive.on('error', reject).on('end', resolve);
    archive.on('entry', (entry) => {
      const path = /^extension\/(.*[^/])$/.exec(entry.fileName)?.[1];
      if (path !== undefined) files.push(path);
      if (path !== wanted) return archive.readEntry();
      open(entry)
        .then(async (stream) => {
          for await (const chunk of stream.setEncoding('utf8')) text += chunk;
          archive.readEntry();
        })
        .catch(reject);
    });
    archive.readEntry();
  });
  return { files, text };
}
