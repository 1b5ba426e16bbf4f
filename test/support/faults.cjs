// Loaded first in every process and thread of an engine (NODE_OPTIONS): decoding a JPEG that ends
// with the name of a fault causes this fault, as a broken decoder would.
const Module = require('node:module');

const faults = {
  // A crash in native code.
  segfault: () => process.kill(process.pid, 'SIGSEGV'),
  // A decoder that hangs.
  hang: () => {
    for (;;);
  },
  // Unlimited native memory.
  memory: () => {
    for (const all = []; ;) all.push(Buffer.alloc(32e6, 1));
  },
  // A full heap.
  heap: () => {
    for (const all = []; ;) all.push(new Array(1e5).fill({}));
  },
  // A thread or process that exits.
  exit: () => process.exit(7),
  // An uncaught error.
  uncaught: () => {
    setImmediate(() => {
      throw new Error('uncaught');
    });
  },
};

const LONGEST = 20;

function fail(bytes) {
  const end = bytes.toString('latin1', bytes.length - LONGEST);
  for (const [name, fault] of Object.entries(faults)) if (end.includes(`fault: ${name}`)) fault();
}

const load = Module._load;
Module._load = function (request, ...rest) {
  const loaded = load.call(this, request, ...rest);
  if (request !== '@julusian/jpeg-turbo') return loaded;
  const failing =
    (decode) =>
    (bytes, ...others) => {
      fail(bytes);
      return decode(bytes, ...others);
    };
  return {
    ...loaded,
    decompress: failing(loaded.decompress),
    decompressSync: failing(loaded.decompressSync),
  };
};
