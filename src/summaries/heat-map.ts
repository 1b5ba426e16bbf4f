/** A square matrix as a heat map: red for positive, blue for negative values. */
import { readableAttribute } from '../domain/attributes';
import { forXml } from '../text/neutralize';
import { correlationColor } from './heat-colors';
import { svgHead } from './svg';

const CELL = 16;
const LABEL = 130;
const TOP = 150;

/**
 * @param names of the rows and columns.
 * @param values `[names, names]`, in [-1, 1].
 * @returns an SVG document, in which each cell has its value as a tooltip.
 */
export function heatMap(
  title: string,
  names: readonly string[],
  values: ArrayLike<number>,
): string {
  const n = names.length;
  const width = LABEL + n * CELL + 20;
  const height = TOP + n * CELL + 20;
  const readable = names.map((name) => forXml(readableAttribute(name)));
  const labels = readable.flatMap((name, i) => [
    `<text x="${LABEL - 6}" y="${TOP + i * CELL + 12}" text-anchor="end">${name}</text>`,
    `<text transform="translate(${LABEL + i * CELL + 12} ${TOP - 6}) rotate(-60)">${name}</text>`,
  ]);
  const cells = Array.from({ length: n * n }, (_, at) => {
    const [row, column] = [Math.floor(at / n), at % n];
    const value = values[at]!;
    const text = `${readable[row]!}, ${readable[column]!}: ${value.toFixed(3)}`;
    return `<rect x="${LABEL + column * CELL}" y="${TOP + row * CELL}" width="${CELL - 1}" height="${CELL - 1}" fill="${correlationColor(value)}"><title>${text}</title></rect>`;
  });
  return [svgHead(title, width, height, 10), ...labels, ...cells, '</svg>', ''].join('\n');
}
