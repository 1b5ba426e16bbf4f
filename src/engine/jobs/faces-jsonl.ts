/** faces.jsonl: one object for each face, in chunks of bytes. */
import { faceColumns } from './face-cells';
import type { FaceRows } from './face-rows';

/** Characters after which a chunk ends. */
const CHUNK = 1 << 19;

/** Every object has all columns of faces.csv, in their order; what is not known is null. */
export function* facesJsonl(rows: FaceRows): Generator<Buffer> {
  const columns = faceColumns(rows).map(({ name, type, cell }, i) => ({
    key: `${i === 0 ? '{' : ','}${JSON.stringify(name)}:`,
    text: (row: number) => {
      const value = cell(row);
      return type === 'FLOAT' && typeof value === 'number'
        ? value.toFixed(4)
        : JSON.stringify(value);
    },
  }));
  let chunk = '';
  for (let row = 0; row < rows.clustering.members.length; row++) {
    for (const { key, text } of columns) chunk += key + text(row);
    chunk += '}\n';
    if (chunk.length < CHUNK) continue;
    yield Buffer.from(chunk);
    chunk = '';
  }
  if (chunk !== '') yield Buffer.from(chunk);
}
