/**
 * The chart of a comparison: silhouette against the number of clusters. Methods that take the
 * number are lines, methods that find it are points.
 */
import { scaleLinear } from 'd3-scale';
import type { ComparisonPoint, Comparison } from '../domain/comparison';
import { METHOD_NAMES } from '../domain/method-names';
import { forXml } from '../text/neutralize';
import { count, decimal, plural } from '../text/numbers';
import { t } from '../text/translate';
import { comparisonText } from './comparison-text';
import { svgHead } from './svg';

/** Positions of the chart's parts, in its own units. */
export interface ComparisonLayout {
  width: number;
  height: number;
  /** Edges of the plot. */
  plot: { left: number; right: number; top: number; bottom: number };
  lines: { method: ComparisonPoint['method']; path: string }[];
  /** Intervals over the seeds, as closed shapes. */
  bands: { method: ComparisonPoint['method']; path: string }[];
  points: { point: ComparisonPoint; x: number; y: number; text: string }[];
  xTicks: { at: number; text: string }[];
  yTicks: { at: number; text: string }[];
}

/** Right end of the chart for found numbers of clusters, as a multiple of the largest requested. */
const MAX_EXTENSION = 1.3;
const MARGIN = { left: 48, right: 14, top: 14, bottom: 40 };

/** @returns undefined where no partition has a silhouette. */
export function comparisonLayout(
  { points, from }: Comparison,
  width: number,
  height: number,
): ComparisonLayout | undefined {
  const shown = points.flatMap((point) =>
    point.silhouette === null
      ? []
      : [{ point, k: point.k ?? point.clusters, silhouette: point.silhouette }],
  );
  if (shown.length === 0) return undefined;
  const plot = {
    left: MARGIN.left,
    right: width - MARGIN.right,
    top: MARGIN.top,
    bottom: height - MARGIN.bottom,
  };
  // A method that finds very many clusters is drawn at the edge, so that the lines stay wide.
  const asked = shown.filter(({ point }) => point.k !== null).map(({ k }) => k);
  const last = asked.length === 0 ? Math.max(...shown.map(({ k }) => k)) : Math.max(...asked);
  const most = Math.max(
    from + 1,
    Math.min(Math.max(last, ...shown.map(({ k }) => k)), MAX_EXTENSION * last),
  );
  const x = scaleLinear(
    [Math.min(from, ...shown.map(({ k }) => k)), most],
    [plot.left, plot.right],
  ).clamp(true);
  const lowest = Math.min(0, ...shown.map(({ silhouette }) => silhouette));
  const y = scaleLinear([lowest, 1], [plot.bottom, plot.top]).nice();
  const placed = shown.map(({ point, k, silhouette }) => ({
    point,
    x: x(k),
    y: y(silhouette),
    text: pointText(point),
  }));
  const methods = [
    ...new Set(shown.filter(({ point }) => point.k !== null).map(({ point }) => point.method)),
  ];
  return {
    width,
    height,
    plot,
    lines: methods.map((method) => lineOf(placed.filter(({ point }) => point.method === method))),
    bands: methods.flatMap((method) =>
      bandOf(
        shown.filter(({ point }) => point.method === method),
        x,
        y,
      ),
    ),
    points: placed,
    xTicks: x.ticks(10).map((tick) => ({ at: x(tick), text: String(tick) })),
    yTicks: y.ticks(6).map((tick) => ({ at: y(tick), text: y.tickFormat(6)(tick) })),
  };
}

/** @param placed partitions of one method, in ascending order of `k`. */
function lineOf(placed: ComparisonLayout['points']): ComparisonLayout['lines'][number] {
  const path = placed.map(({ x, y }, i) => `${i === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`);
  return { method: placed[0]!.point.method, path: path.join('') };
}

/** @param shown partitions of one method, in ascending order of `k`. */
function bandOf(
  shown: readonly { point: ComparisonPoint; k: number }[],
  x: (k: number) => number,
  y: (silhouette: number) => number,
): ComparisonLayout['bands'] {
  const ranged = shown.filter(({ point }) => point.range);
  if (ranged.length < 2) return [];
  const edge = (bound: 'low' | 'high') =>
    ranged.map(({ point, k }) => `${x(k).toFixed(1)} ${y(point.range![bound]).toFixed(1)}`);
  const path = `M${[...edge('high'), ...edge('low').reverse()].join('L')}Z`;
  return [{ method: ranged[0]!.point.method, path }];
}

/** `K-Means, k = 10: silhouette 0.541, 10 clusters, 0.01 s`. */
export function pointText({
  method,
  k,
  clusters,
  noise,
  silhouette,
  range,
  truth,
  seconds,
}: ComparisonPoint): string {
  const asked = k === null ? '' : `, k = ${String(k)}`;
  const value =
    silhouette === null
      ? t('silhouette not defined')
      : t(
          'silhouette {0}',
          decimal(silhouette, 3) +
            (range === undefined ? '' : ` ± ${decimal(range.high - silhouette, 3)}`),
        );
  const accuracy = truth?.balancedAccuracy;
  const judged = accuracy == null ? '' : t(', balanced accuracy {0}', decimal(accuracy, 3));
  const left = noise === 0 ? '' : t(', {0} noise', plural(noise, 'face'));
  return t(
    '{0}{1}: {2}{3}, {4}{5}, {6} s',
    t(METHOD_NAMES[method]),
    asked,
    value,
    judged,
    plural(clusters, 'cluster'),
    left,
    decimal(seconds, 2),
  );
}

const COLORS: Record<ComparisonPoint['method'], string> = {
  kmeans: '#1f77b4',
  agglomerative: '#d62728',
  birch: '#9467bd',
  spectral: '#2ca02c',
  dbscan: '#ff7f0e',
  optics: '#17becf',
  hdbscan: '#8c564b',
};

/** @returns an SVG document. */
export function comparisonChart(comparison: Comparison): string {
  const [width, height] = [760, 478];
  const title = t('Silhouette of {0} faces by the number of clusters', count(comparison.faces));
  const layout = comparisonLayout(comparison, width, height - 72);
  const parts = [
    svgHead(title, width, height, 12),
    `<text x="12" y="62" fill="#555">${forXml(comparisonText(comparison))}</text>`,
  ];
  comparison.methods.forEach((method, i) => {
    const x = 12 + i * 104;
    parts.push(`<circle cx="${String(x + 5)}" cy="40" r="5" fill="${COLORS[method]}"/>`);
    parts.push(`<text x="${String(x + 15)}" y="44">${t(METHOD_NAMES[method])}</text>`);
  });
  if (layout === undefined)
    return [
      ...parts,
      `<text x="12" y="98">${t('No grouping has a silhouette.')}</text>`,
      '</svg>',
      '',
    ].join('\n');
  const { plot } = layout;
  parts.push('<g transform="translate(0 72)">');
  for (const { at, text } of layout.yTicks) {
    parts.push(
      `<line x1="${String(plot.left)}" x2="${String(plot.right)}" y1="${at.toFixed(1)}" y2="${at.toFixed(1)}" stroke="#e4e4e4"/>`,
    );
    parts.push(
      `<text x="${String(plot.left - 8)}" y="${(at + 4).toFixed(1)}" text-anchor="end" fill="#555">${text}</text>`,
    );
  }
  for (const { at, text } of layout.xTicks) {
    parts.push(
      `<text x="${at.toFixed(1)}" y="${String(plot.bottom + 18)}" text-anchor="middle" fill="#555">${text}</text>`,
    );
  }
  parts.push(
    `<text x="${String((plot.left + plot.right) / 2)}" y="${String(plot.bottom + 35)}" text-anchor="middle">${t('clusters')}</text>`,
  );
  for (const { method, path } of layout.bands)
    parts.push(`<path d="${path}" fill="${COLORS[method]}" fill-opacity="0.18"/>`);
  for (const { method, path } of layout.lines)
    parts.push(`<path d="${path}" fill="none" stroke="${COLORS[method]}" stroke-width="1.6"/>`);
  for (const { point, x, y, text } of layout.points) {
    const radius = point.k === null ? 6 : 2.5;
    parts.push(
      `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="${String(radius)}" fill="${COLORS[point.method]}"><title>${forXml(text)}</title></circle>`,
    );
  }
  return [...parts, '</g>', '</svg>', ''].join('\n');
}
