/**
 * Adds up faces, and rows of a face. The loop is in WebAssembly (add-faces.wat): 16 bytes an
 * instruction.
 */
import { Layout, WasmModule } from '../util/wasm';
import wasm from './add-faces.wat';

interface Loops {
  add: (
    ...of: [bytes: number, stride: number, faces: number, length: number, sums: number]
  ) => void;
}

const loops = new WasmModule<Loops>(wasm);

/** Faces at a time, at most: their sums have 16 bits. */
const MAX_FACES = 256;
/** Bytes of sums that the loop handles at a time. */
const STEP_BYTES = 64;

/**
 * Adds the bytes of each face to `sums`.
 * @param faces at least one, each of `sums.length` bytes.
 */
export function addFaces(faces: readonly Uint8Array[], sums: Uint32Array): void {
  for (let from = 0; from < faces.length; from += MAX_FACES)
    addSome(faces.slice(from, from + MAX_FACES), sums);
}

function addSome(faces: readonly Uint8Array[], sums: Uint32Array): void {
  const layout = new Layout();
  const at = faces.map(() => layout.room(sums.length));
  const sumsAt = layout.room(sums.byteLength + STEP_BYTES);
  const stride = (at[1] ?? 0) - at[0]!;
  loops.with(layout, ({ add }, memory) => {
    const bytes = new Uint8Array(memory);
    faces.forEach((face, i) => {
      bytes.set(face, at[i]);
    });
    const inside = new Uint32Array(memory, sumsAt, sums.length);
    inside.set(sums);
    add(at[0]!, stride, faces.length, sums.length, sumsAt);
    sums.set(inside);
  });
}

/**
 * Adds up the rows of each band of a face, byte by byte.
 * @param face its rows have `length` bytes each.
 * @param bands where each band begins and ends, in rows: from 1 to 256.
 * @returns `[bands, length]`.
 */
export function addRows(
  face: Uint8Array,
  length: number,
  bands: readonly (readonly [number, number])[],
): Int32Array {
  const layout = new Layout();
  const at = layout.room(face.length);
  const sumsAt = layout.room(bands.length * length * 4 + STEP_BYTES);
  return loops.with(layout, ({ add }, memory) => {
    new Uint8Array(memory).set(face, at);
    const sums = new Int32Array(memory, sumsAt, bands.length * length);
    for (const [i, [top, bottom]] of bands.entries()) {
      // The loop also adds to what follows: it is set to zero when its turn comes.
      sums.fill(0, i * length, (i + 1) * length);
      add(at + top * length, length, bottom - top, length, sumsAt + i * length * 4);
    }
    return sums.slice();
  });
}
