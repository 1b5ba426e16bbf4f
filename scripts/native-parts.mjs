// Components of the native libraries in a package. Their npm packages contain none or only some of
// the license texts; the others are in licenses/.

/** The scripts that build libvips, and the list of its licenses. */
const SHARP_LIBVIPS = 'https://github.com/lovell/sharp-libvips';

const lgpl = (name, source) => ({
  name,
  license: 'LGPL-3.0-or-later',
  source,
  texts: ['LGPL-3.0.txt', 'GPL-3.0.txt'],
});
const part = (name, license, source, file) => ({
  name,
  license,
  source,
  texts: [`libvips/${file}.txt`],
});

/**
 * Components of libvips' shared library, by their names in its versions.json, with the licenses
 * under which sharp-libvips uses them. It uses LGPL 2 and 2.1 "or later" under LGPL 3.
 */
export const LIBVIPS = {
  vips: lgpl('libvips', 'https://github.com/libvips/libvips'),
  aom: part('aom', 'BSD-2-Clause', 'https://aomedia.googlesource.com/aom', 'aom'),
  archive: part(
    'libarchive',
    'BSD-2-Clause',
    'https://github.com/libarchive/libarchive',
    'archive',
  ),
  cairo: part('cairo', 'MPL-1.1', 'https://gitlab.freedesktop.org/cairo/cairo', 'cairo'),
  cgif: part('cgif', 'MIT', 'https://github.com/dloebl/cgif', 'cgif'),
  exif: lgpl('libexif', 'https://github.com/libexif/libexif'),
  expat: part('expat', 'MIT', 'https://github.com/libexpat/libexpat', 'expat'),
  ffi: part('libffi', 'MIT', 'https://github.com/libffi/libffi', 'ffi'),
  fontconfig: part(
    'fontconfig',
    'HPND-sell-variant',
    'https://gitlab.freedesktop.org/fontconfig/fontconfig',
    'fontconfig',
  ),
  freetype: part('freetype', 'FTL', 'https://gitlab.freedesktop.org/freetype/freetype', 'freetype'),
  fribidi: lgpl('fribidi', 'https://github.com/fribidi/fribidi'),
  glib: lgpl('glib', 'https://gitlab.gnome.org/GNOME/glib'),
  harfbuzz: part(
    'harfbuzz',
    'MIT-Modern-Variant',
    'https://github.com/harfbuzz/harfbuzz',
    'harfbuzz',
  ),
  heif: lgpl('libheif', 'https://github.com/strukturag/libheif'),
  highway: part('highway', 'BSD-3-Clause', 'https://github.com/google/highway', 'highway'),
  imagequant: part(
    'libimagequant',
    'BSD-2-Clause',
    'https://github.com/lovell/libimagequant',
    'imagequant',
  ),
  lcms: part('Little CMS', 'MIT', 'https://github.com/mm2/Little-CMS', 'lcms'),
  mozjpeg: part(
    'mozjpeg',
    'IJG AND BSD-3-Clause AND Zlib',
    'https://github.com/mozilla/mozjpeg',
    'mozjpeg',
  ),
  pango: lgpl('pango', 'https://gitlab.gnome.org/GNOME/pango'),
  pixman: part('pixman', 'MIT', 'https://gitlab.freedesktop.org/pixman/pixman', 'pixman'),
  png: part('libpng', 'libpng-2.0', 'https://github.com/pnggroup/libpng', 'png'),
  'proxy-libintl': lgpl('proxy-libintl', 'https://github.com/frida/proxy-libintl'),
  rsvg: lgpl('librsvg', 'https://gitlab.gnome.org/GNOME/librsvg'),
  tiff: part('libtiff', 'libtiff', 'https://gitlab.com/libtiff/libtiff', 'tiff'),
  uhdr: part('libultrahdr', 'MIT', 'https://github.com/google/libultrahdr', 'uhdr'),
  webp: part('libwebp', 'BSD-3-Clause', 'https://chromium.googlesource.com/webm/libwebp', 'webp'),
  xml2: part('libxml2', 'MIT', 'https://gitlab.gnome.org/GNOME/libxml2', 'xml2'),
  'zlib-ng': part('zlib-ng', 'Zlib', 'https://github.com/zlib-ng/zlib-ng', 'zlib-ng'),
};

/** Part of libvips' own source, and therefore not in versions.json. */
const NSGIF = part(
  'libnsgif',
  'MIT',
  'https://www.netsurf-browser.org/projects/libnsgif/',
  'nsgif',
);

const NODE_ADDON_API = {
  name: 'node-addon-api',
  license: 'MIT',
  source: 'https://github.com/nodejs/node-addon-api',
  texts: ['node-addon-api.txt'],
};

/**
 * @param path of the library below the package's root.
 * @returns instructions for replacing the LGPL components by another build.
 */
const replacing = (path, version) =>
  `Its components under the LGPL (listed below) are linked into this one shared library, which the program loads by name at startup. ` +
  `To use your own build of them, build a library of the same name and interface with the scripts of ${SHARP_LIBVIPS} ` +
  `(release ${version}), and replace ${path} with it; nothing else has to be changed or rebuilt. These scripts also list the ` +
  `addresses of the sources of each component, in the versions given below.`;

/** @returns the same for libheif, which is a package of its own. */
const replacingLibheif = (path) =>
  `libheif and libde265 are linked into this one WebAssembly module, which the program loads by name, together with libheif.js beside it, when ` +
  `the first HEIC is met. To use your own build of them, build both files with build-emscripten.sh of https://github.com/strukturag/libheif ` +
  `and replace ${path} and libheif.js with them; nothing else has to be changed or rebuilt.`;

const webassembly = (name, license, source, file) => ({
  name,
  license,
  source,
  texts: [`webassembly/${file}.txt`],
});

/** Its libraries are in every WebAssembly module that it makes. */
const EMSCRIPTEN = webassembly(
  'Emscripten',
  'MIT AND NCSA',
  'https://github.com/emscripten-core/emscripten',
  'emscripten',
);

const LIBJXL = [
  webassembly('libjxl', 'BSD-3-Clause', 'https://github.com/libjxl/libjxl', 'libjxl'),
  webassembly('skcms', 'BSD-3-Clause', 'https://skia.googlesource.com/skcms', 'skcms'),
  webassembly('Brotli', 'MIT', 'https://github.com/google/brotli', 'brotli'),
  part('highway', 'BSD-3-Clause', 'https://github.com/google/highway', 'highway'),
];

const onnxruntime = {
  name: 'ONNX Runtime',
  license: 'MIT',
  source: 'https://github.com/microsoft/onnxruntime',
  texts: ['MIT-Microsoft.txt', 'onnxruntime/ThirdPartyNotices.txt'],
};

/**
 * Files that Microsoft includes in its npm package without a separate license, and publishes
 * elsewhere under terms that are not an open-source license.
 */
const ofMicrosoft = (name, source) => ({
  name,
  license: 'LicenseRef-Microsoft-Redistributable',
  source,
  texts: ['MIT-Microsoft.txt'],
  note:
    "It comes unchanged from Microsoft's npm package onnxruntime-node, whose license is given below. Microsoft also publishes it " +
    'separately (at the address above) under other terms, which apply as well.',
});

/**
 * Every native file of a package matches one of these kinds. `parts` lists its components besides
 * its own package; with `versions`, those in the package's versions.json are added.
 */
export const NATIVE_FILES = [
  {
    files: /^@img\/sharp-[^/]+\/lib\/libvips[^/]*\.(so[.\d]*|[\d.]*dylib|dll)$/,
    versions: LIBVIPS,
    parts: [NSGIF],
    replacing,
  },
  { files: /^@img\/sharp-[^/]+\/lib\/sharp-[^/]+\.node$/, parts: [NODE_ADDON_API] },
  {
    files:
      /^onnxruntime-node\/bin\/.*\/(libonnxruntime[^/]*|onnxruntime\.dll|onnxruntime_binding\.node)$/,
    parts: [onnxruntime, NODE_ADDON_API],
  },
  {
    files: /^onnxruntime-node\/bin\/.*\/(dxcompiler|dxil)\.dll$/,
    parts: [
      {
        name: 'DirectX Shader Compiler',
        license: 'NCSA',
        source: 'https://github.com/microsoft/DirectXShaderCompiler',
        texts: ['onnxruntime/DirectXShaderCompiler.txt'],
      },
      ofMicrosoft('DXIL', 'https://www.nuget.org/packages/Microsoft.Direct3D.DXC'),
    ],
  },
  {
    files: /^onnxruntime-node\/bin\/.*\/DirectML\.dll$/,
    parts: [ofMicrosoft('DirectML', 'https://www.nuget.org/packages/Microsoft.AI.DirectML')],
  },
  {
    files: /^@lmdb\/[^/]+\/[^/]+\.node$/,
    parts: [
      {
        name: 'LMDB',
        license: 'OLDAP-2.8',
        source: 'https://git.openldap.org/openldap/openldap',
        packaged: [
          'lmdb/dependencies/lmdb/libraries/liblmdb/COPYRIGHT',
          'lmdb/dependencies/lmdb/libraries/liblmdb/LICENSE',
        ],
      },
      {
        name: 'LZ4',
        license: 'BSD-2-Clause',
        source: 'https://github.com/lz4/lz4',
        packaged: ['lmdb/dependencies/lz4/lib/LICENSE'],
      },
      NODE_ADDON_API,
    ],
  },
  {
    files: /^@julusian\/jpeg-turbo\/prebuilds\/[^/]+\/([^/]+\.node|libturbojpeg\.so[.\d]*)$/,
    parts: [
      {
        name: 'libjpeg-turbo',
        license: 'IJG AND BSD-3-Clause AND Zlib',
        source: 'https://github.com/libjpeg-turbo/libjpeg-turbo',
        texts: ['libjpeg-turbo.txt'],
        note: 'This software is based in part on the work of the Independent JPEG Group.',
      },
      NODE_ADDON_API,
    ],
  },
  {
    files: /^libheif-js\/libheif-wasm\/libheif\.wasm$/,
    parts: [
      lgpl('libheif', 'https://github.com/strukturag/libheif'),
      lgpl('libde265', 'https://github.com/strukturag/libde265'),
      EMSCRIPTEN,
    ],
    replacing: replacingLibheif,
  },
  {
    files: /^@jsquash\/jxl\/codec\/dec\/jxl_dec\.wasm$/,
    parts: [
      {
        name: 'Squoosh',
        license: 'Apache-2.0',
        source: 'https://github.com/GoogleChromeLabs/squoosh',
        packaged: ['@jsquash/jxl/LICENSE'],
      },
      ...LIBJXL,
      EMSCRIPTEN,
    ],
  },
  {
    files: /^@cornerstonejs\/codec-libjxl\/dist\/jpegxlwasm_decode\.wasm$/,
    parts: [...LIBJXL, EMSCRIPTEN],
  },
  {
    files: /^@cornerstonejs\/codec-openjpeg\/dist\/openjpegwasm_decode\.wasm$/,
    parts: [
      webassembly('OpenJPEG', 'BSD-2-Clause', 'https://github.com/uclouvain/openjpeg', 'openjpeg'),
      EMSCRIPTEN,
    ],
  },
];

/**
 * License texts of packages that contain none: files of licenses/, or (`packaged`) of another
 * package.
 */
export const MISSING_TEXTS = [
  { packages: /^@img\/sharp-libvips-/, texts: ['LGPL-3.0.txt', 'GPL-3.0.txt'] },
  { packages: /^onnxruntime-(node|common)$|^@microsoft\/fast-/, texts: ['MIT-Microsoft.txt'] },
  { packages: /^@cornerstonejs\/codec-libjxl$/, texts: ['webassembly/libjxl.txt'] },
  { packages: /^@cornerstonejs\/codec-openjpeg$/, texts: ['webassembly/codec-openjpeg.txt'] },
  { packages: /^@lmdb\//, packaged: ['lmdb/LICENSE'] },
  { packages: /^fft\.js$/, texts: ['fft.js.txt'] },
  { packages: /^weak-lru-cache$/, texts: ['weak-lru-cache.txt'] },
];

/** Long texts that several components share, printed once at the end. */
export const SHARED_TEXTS = [
  'Apache-2.0.txt',
  'LGPL-3.0.txt',
  'GPL-3.0.txt',
  'MIT-Microsoft.txt',
  'node-addon-api.txt',
];
