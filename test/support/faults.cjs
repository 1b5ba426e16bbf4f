// Loaded before everything else in every process and thread of an engine (NODE_OPTIONS): JPEGs that
// end with the name of a fault do to whoever decodes them what a broken decoder would.
const Module = require('node:module');

const faults = {
  // A crash in native code.
  segfault: () => process.kill(process.pid, 'SIGSEGV'),
  // A decoder that never ends.
  hang: () => {
    for (;;);
  },
  // Native memory without end.
  memory: () => {
    for (const all = []; ;) all.push(Buffer.alloc(32e6, 1));
  },
  // A heap that is full.
  heap: () => {
    for (const all = []; ;) all.push(new Array(1e5).fill({}));
  },
  // A thread, or process, that ends itself.
  exit: () => process.exit(7),
  // An error that nobody catches.
  uncaught: () => {
    setImmediate(() => {
      throw new Error('nobody catches this');
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
