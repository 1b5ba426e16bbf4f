/** The reliability diagram: actual frequency against mean inferred probability, by bin. */
import { scaleLinear } from 'd3-scale';
import type { ReliabilityBin } from '../domain/evaluation';
import { svgHead } from './svg';

const SIDE = 420;
const PLOT = { left: 60, right: 400, top: 40, bottom: 370 };

/** @returns an SVG document, in which each point has its numbers as a tooltip. */
export function reliabilityChart(bins: readonly ReliabilityBin[]): string {
  const x = scaleLinear([0, 1], [PLOT.left, PLOT.right]);
  const y = scaleLinear([0, 1], [PLOT.bottom, PLOT.top]);
  const points = bins.flatMap(({ count, probability, frequency }) =>
    probability === null || frequency === null
      ? []
      : [{ count, probability, frequency, x: x(probability), y: y(frequency) }],
  );
  const ticks = x
    .ticks(5)
    .flatMap((tick) => [
      `<line x1="${PLOT.left}" x2="${PLOT.right}" y1="${y(tick)}" y2="${y(tick)}" stroke="#ddd"/>`,
      `<text x="${PLOT.left - 8}" y="${y(tick) + 4}" text-anchor="end">${tick}</text>`,
      `<text x="${x(tick)}" y="${PLOT.bottom + 18}" text-anchor="middle">${tick}</text>`,
    ]);
  return [
    svgHead('Calibration', SIDE, SIDE, 11),
    ...ticks,
    `<line x1="${x(0)}" y1="${y(0)}" x2="${x(1)}" y2="${y(1)}" stroke="#999" stroke-dasharray="4 3"/>`,
    `<polyline points="${points.map((point) => `${point.x.toFixed(1)},${point.y.toFixed(1)}`).join(' ')}" fill="none" stroke="#2f7ed8" stroke-width="2"/>`,
    ...points.map(
      (point) =>
        `<circle cx="${point.x.toFixed(1)}" cy="${point.y.toFixed(1)}" r="4" fill="#2f7ed8"><title>inferred ${point.probability.toFixed(3)}, ` +
        `actual ${point.frequency.toFixed(3)}, ${point.count} values</title></circle>`,
    ),
    `<text x="${(PLOT.left + PLOT.right) / 2}" y="${PLOT.bottom + 38}" text-anchor="middle">inferred probability</text>`,
    `<text transform="translate(18 ${(PLOT.top + PLOT.bottom) / 2}) rotate(-90)" text-anchor="middle">actual frequency</text>`,
    '</svg>',
    '',
  ].join('\n');
}
