// Runs an ONNX file on raw crops with the runtime of the extension: node run_onnx.mjs FILE CROPS.u8 N HEIGHT WIDTH 3. Prints the outputs as JSON.
import { readFile } from 'node:fs/promises';

// Read when the library is loaded: it would send events to its maker.
process.env.ORT_DISABLE_TELEMETRY = '1';
const ort = await import('onnxruntime-node');

const [, , file, crops, ...shape] = process.argv;
const session = await ort.InferenceSession.create(file, {
  executionProviders: ['cpu'],
  logSeverityLevel: 3,
});
const { probabilities } = await session.run({
  images: new ort.Tensor('uint8', await readFile(crops), shape.map(Number)),
});
console.log(JSON.stringify([...probabilities.data]));
