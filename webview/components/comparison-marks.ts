/** What stands for each method in the chart of a comparison and in its legend. */
import { html, svg } from 'lit';
import type { ComparisonPoint } from '../../src/domain/comparison';
import { takesClusters } from '../../src/domain/method-names';

type Method = ComparisonPoint['method'];

/** Methods that find the number of clusters are single marks, each of another shape. */
export function foundMark(method: Method, x: number, y: number) {
  const shape = `point found ${method}`;
  switch (method) {
    case 'optics':
      return svg`<rect class=${shape} x=${x - 5} y=${y - 5} width="10" height="10"></rect>`;
    case 'hdbscan':
      return svg`<path class=${shape} d="M${x} ${y - 7}L${x + 7} ${y}L${x} ${y + 7}L${x - 7} ${y}Z"></path>`;
    default:
      return svg`<circle class=${shape} cx=${x} cy=${y} r="6"></circle>`;
  }
}

/** The sign of a method in the legend. */
export const legendMark = (method: Method) =>
  html`<svg viewBox="0 0 26 16" class=${method}>
    ${takesClusters(method) ? svg`<path class="line" d="M0 8H26"></path>` : foundMark(method, 13, 8)}
  </svg>`;
