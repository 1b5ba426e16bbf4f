// Statistics of several rounds.

export const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)] + sorted[Math.ceil(middle)]) / 2;
};

/** @param seen lists of values by name. @returns their medians by name. */
export const medians = (seen) =>
  Object.fromEntries(Object.entries(seen).map(([name, list]) => [name, median(list)]));

export function print(rows) {
  for (const [name, value] of rows) console.log(`${name.padEnd(104)} ${value.padStart(8)}`);
}

/**
 * Measures in several rounds.
 * @param measure figures of one round, by name.
 * @returns the figures of all rounds, by name.
 */
export async function inRounds(rounds, measure) {
  const seen = {};
  for (let round = 0; round < rounds; round++) {
    for (const [name, figure] of Object.entries(await measure())) (seen[name] ??= []).push(figure);
  }
  return seen;
}
