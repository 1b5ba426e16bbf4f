// Prints src/domain/celeba-frequencies.ts from CelebA's list_attr_celeba.txt (plain or .gz):
//   node scripts/celeba-frequencies.mjs ../shared/data/list_attr_celeba.txt.gz > src/domain/celeba-frequencies.ts
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

const file = process.argv[2];
const bytes = readFileSync(file);
const text = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString();
const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
if (/^\d+$/.test(lines[0].trim())) lines.shift(); // the official file begins with a count
const names = lines.shift().trim().split(/\s+/);
const counts = names.map(() => 0);
for (const line of lines) {
  line
    .trim()
    .split(/\s+/)
    .slice(1)
    .forEach((value, i) => (counts[i] += value === '1' ? 1 : 0));
}
console.log(`/**
 * Frequency of each attribute among the ${lines.length.toLocaleString('en')} faces of CelebA, in [0, 1].
 * Written by scripts/celeba-frequencies.mjs from the data set's own list_attr_celeba.txt.
 */
export const CELEBA_FREQUENCIES: Readonly<Record<string, number>> = {`);
const key = (name) => (/^\d/.test(name) ? `'${name}'` : name);
names.forEach((name, i) =>
  console.log(`  ${key(name)}: ${(counts[i] / lines.length).toFixed(6)},`),
);
console.log('};');
