/** Generates arbitrary JSON values from a seed. */

export type Draw = () => number;
export const below = (draw: Draw, end: number): number => Math.floor(draw() * end);
export const pick = <T>(draw: Draw, list: readonly T[]): T => list[below(draw, list.length)]!;

const TEXTS = [
  '',
  'a',
  'auto',
  'none',
  '__proto__',
  'constructor',
  '../..',
  '\\\\server\\share',
  '\u202e',
  '\0',
  '[a](command:b)',
  '$(alert)',
  '1e999',
  'x'.repeat(5000),
];
const NUMBERS = [
  0,
  -0,
  1,
  -1,
  0.5,
  16,
  1000,
  1001,
  1e6,
  1e15,
  2 ** 53,
  -(2 ** 53),
  1e308,
  Number.MIN_VALUE,
];

/** @param depth maximum nesting of arrays and objects. */
export function anything(draw: Draw, depth = 3): unknown {
  const kind = below(draw, depth > 0 ? 6 : 4);
  switch (kind) {
    case 0:
      return pick(draw, [null, true, false]);
    case 1:
      return pick(draw, NUMBERS);
    case 2:
      return pick(draw, TEXTS);
    case 3:
      return draw() * 10 ** below(draw, 9);
    case 4:
      return Array.from({ length: below(draw, depth < 3 || draw() < 0.95 ? 4 : 1000) }, () =>
        anything(draw, depth - 1),
      );
    default: {
      const members = Array.from(
        { length: below(draw, 5) },
        () => [pick(draw, TEXTS), anything(draw, depth - 1)] as const,
      );
      // JSON.parse makes `__proto__` an own key, as in a file.
      return JSON.parse(
        `{${members.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join()}}`,
      ) as unknown;
    }
  }
}
