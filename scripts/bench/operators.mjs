import { join } from 'node:path';
import { root } from '../process.mjs';
import { print } from './figures.mjs';
import { stage } from './stage.mjs';

/** Time of the network's operators in int8 and float32, on one core. */
export async function operatorBench() {
  const files = ['int8', 'f16'].map((precision) =>
    join(root, 'weights', `face-attributes.${precision}.onnx`),
  );
  const [int8, float32] = await stage('operators', ...files);
  const sum = (kinds) => Object.values(kinds).reduce((a, b) => a + b, 0);
  const line = (name, a, b) => [
    `${name}: int8 / float32, µs a crop; times as fast`,
    `${a.toFixed(0)} / ${b.toFixed(0)}; ${(b / a).toFixed(2)}`,
  ];
  console.log('operators of the network, one core');
  print([
    ...Object.keys(float32).map((kind) => line(kind, int8[kind], float32[kind])),
    line('all', sum(int8), sum(float32)),
  ]);
  return { int8, float32 };
}
