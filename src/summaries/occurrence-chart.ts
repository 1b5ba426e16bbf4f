/** The chart of attribute occurrences as an SVG file. */
import { scaleLinear } from 'd3-scale';
import { readableAttribute } from '../domain/attributes';
import type { Occurrences, ClusterSummary } from '../domain/clustering';
import { forXml } from '../text/neutralize';
import { clusterTitle, plural } from '../text/numbers';
import { own } from '../util/own';
import { bars, type Standing } from './bars';
import { svgHead } from './svg';

const WIDTH = 520;
const ROW = 24;
const LABEL = 170;
const VALUE = 52;
const TOP = 40;

const COLORS: Record<Standing, string> = {
  prominent: '#2f7ed8',
  noisy: '#d8a12f',
  absent: '#b5b5b5',
};

/** The occurrence chart of a cluster, as SVG. */
export const chartOf = (cluster: ClusterSummary, overall: Occurrences): string =>
  occurrenceChart(cluster, overall, `${clusterTitle(cluster.id)}: ${plural(cluster.size, 'face')}`);

/** @returns an SVG document with a bar for each attribute, and a mark at its overall frequency. */
export function occurrenceChart(
  cluster: ClusterSummary,
  overall: Occurrences,
  title: string,
): string {
  const rows = bars(cluster);
  const height = TOP + rows.length * ROW + 26;
  const x = scaleLinear([0, 1], [LABEL, WIDTH - VALUE]);
  const parts = [svgHead(title, WIDTH, height, 12)];
  for (const tick of x.ticks(5)) {
    parts.push(
      `<line x1="${x(tick).toFixed(1)}" x2="${x(tick).toFixed(1)}" y1="${String(TOP - 6)}" y2="${String(height - 20)}" stroke="#e4e4e4"/>`,
    );
    parts.push(
      `<text x="${x(tick).toFixed(1)}" y="${String(height - 6)}" text-anchor="middle" fill="#666">${x.tickFormat(5, '%')(tick)}</text>`,
    );
  }
  for (const [i, { name, frequency, standing }] of rows.entries()) {
    const y = TOP + i * ROW;
    parts.push(
      `<text x="${String(LABEL - 8)}" y="${String(y + 13)}" text-anchor="end">${forXml(readableAttribute(name))}</text>`,
    );
    parts.push(
      `<rect x="${String(LABEL)}" y="${String(y)}" width="${(x(frequency) - LABEL).toFixed(1)}" height="${String(ROW - 7)}" fill="${COLORS[standing]}"/>`,
    );
    const all = x(own(overall, name) ?? 0).toFixed(1);
    parts.push(
      `<line x1="${all}" x2="${all}" y1="${String(y - 2)}" y2="${String(y + ROW - 5)}" stroke="#222" stroke-width="2"><title>among all faces</title></line>`,
    );
    parts.push(
      `<text x="${String(WIDTH - 8)}" y="${String(y + 13)}" text-anchor="end">${frequency.toFixed(2)}</text>`,
    );
  }
  return [...parts, '</svg>', ''].join('\n');
}
