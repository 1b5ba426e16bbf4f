/** A bar chart of a share for each attribute, the largest first. */
import { scaleLinear } from 'd3-scale';
import { readableAttribute } from '../domain/attributes';
import { forXml } from '../text/neutralize';
import { svgHead } from './svg';

const WIDTH = 640;
const LABEL = 170;
const ROW = 18;
const TOP = 40;

/** @param values shares in [0, 1]. @returns an SVG document. */
export function evaluationChart(
  title: string,
  values: readonly { name: string; value: number }[],
): string {
  const sorted = [...values].sort((a, b) => b.value - a.value);
  const height = TOP + sorted.length * ROW + 24;
  const largest = Math.max(...sorted.map(({ value }) => value), 0.01);
  const x = scaleLinear([0, largest], [LABEL, WIDTH - 60]);
  const rows = sorted.map(({ name, value }, i) => {
    const y = TOP + i * ROW;
    return [
      `<text x="${String(LABEL - 8)}" y="${String(y + 11)}" text-anchor="end">${forXml(readableAttribute(name))}</text>`,
      `<rect x="${String(LABEL)}" y="${String(y)}" width="${(x(value) - LABEL).toFixed(1)}" height="${String(ROW - 5)}" fill="#2f7ed8"/>`,
      `<text x="${(x(value) + 6).toFixed(1)}" y="${String(y + 11)}">${(value * 100).toFixed(2)} %</text>`,
    ].join('\n');
  });
  return [svgHead(title, WIDTH, height, 11), ...rows, '</svg>', ''].join('\n');
}
