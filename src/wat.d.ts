/** Bytes of a WebAssembly module, from its text (scripts/wat.mjs). */
declare module '*.wat' {
  const bytes: Uint8Array<ArrayBuffer>;
  export default bytes;
}

/** What is used of it; the types of Node's own globals leave it out. */
declare const WebAssembly: {
  Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  Instance: new (module: object, imports?: object) => { exports: Record<string, unknown> };
};
