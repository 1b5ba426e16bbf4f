// Plugins of esbuild and vitest that compile imported WebAssembly text (.wat) to the bytes of a
// module.
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';

/**
 * @returns JavaScript for Node.js that exports the module's bytes.
 * @throws Error with the line of a syntax error.
 */
async function javaScript(file) {
  const { default: wabt } = await import('wabt');
  const module = (await wabt()).parseWat(basename(file), await readFile(file), { simd: true });
  try {
    const base64 = Buffer.from(module.toBinary({}).buffer).toString('base64');
    return `export default new Uint8Array(Buffer.from('${base64}', 'base64'));`;
  } finally {
    module.destroy();
  }
}

export const watForEsbuild = {
  name: 'wat',
  setup(build) {
    build.onLoad({ filter: /\.wat$/ }, async ({ path }) => ({
      contents: await javaScript(path),
      loader: 'js',
      watchFiles: [path],
    }));
  },
};

export const watForVite = {
  name: 'wat',
  enforce: 'pre',
  load: (id) => (id.endsWith('.wat') ? javaScript(id) : undefined),
};
