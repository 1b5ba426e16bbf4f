/** Reads a table of labels: tables.js LABELS. Prints the bytes of its text and the seconds. */
import { readLabels } from '../../src/datasets/labels';
import { tablePieces } from '../../src/datasets/table-pieces';

async function measure(labels: string): Promise<{ bytes: number; rows: number; seconds: number }> {
  let bytes = 0;
  for await (const piece of tablePieces(labels, 'labels')) bytes += piece.length;
  const start = performance.now();
  const { images } = await readLabels(labels);
  return { bytes, rows: images.length, seconds: (performance.now() - start) / 1000 };
}

void measure(process.argv[2]!).then((measured) => {
  console.log(JSON.stringify(measured));
});
