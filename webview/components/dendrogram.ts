/** The tree in which a hierarchical method would merge the clusters, which are the leaves. */
import { scaleLinear } from 'd3-scale';
import { css, html, LitElement, svg } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { clusterCount, type Clustering } from '../../src/domain/clustering';
import { clusterTitle, plural } from '../../src/text/numbers';
import { t } from '../../src/text/translate';
import type { Source } from '../source';
import { shared } from './shared.css';

const HEIGHT = 190;
const LEAF = 34;
const EDGE = { left: 46, right: 10, top: 10, bottom: 26 };

@customElement('fc-dendrogram')
export class DendrogramView extends LitElement {
  static override styles = [
    shared,
    css`
      div {
        overflow-x: auto;
      }
      svg {
        height: ${HEIGHT}px;
        font-size: 11px;
      }
      text {
        fill: var(--vscode-descriptionForeground);
      }
      text.leaf {
        cursor: pointer;
        fill: var(--vscode-textLink-foreground);
      }
      text.leaf:focus-visible {
        outline: 1px solid var(--vscode-focusBorder);
      }
      path {
        fill: none;
        stroke: var(--vscode-charts-foreground, var(--vscode-foreground));
      }
    `,
  ];

  @property({ attribute: false }) source!: Source;
  @property({ attribute: false }) clustering!: Clustering;

  override render() {
    const { tree, clusters } = this.clustering;
    const merges = tree ?? [];
    const leaves = clusterCount(clusters);
    const width = EDGE.left + EDGE.right + leaves * LEAF;
    const y = scaleLinear(
      [0, Math.max(...merges.map(({ height }) => height), 1e-9)],
      [HEIGHT - EDGE.bottom, EDGE.top],
    ).nice();
    const order = leavesInOrder(merges, leaves);
    const place = new Map(
      order.map((id, i) => [id, { x: EDGE.left + (i + 0.5) * LEAF, y: HEIGHT - EDGE.bottom }]),
    );
    const paths = merges.map(({ a, b, height, size }, i) => {
      const [left, right] = [place.get(a)!, place.get(b)!];
      place.set(leaves + i, { x: (left.x + right.x) / 2, y: y(height) });
      const text = t('Merged at {0}: {1}', height.toPrecision(4), plural(size, 'face'));
      return svg`<path d="M${left.x} ${left.y}V${y(height)}H${right.x}V${right.y}"><title>${text}</title></path>`;
    });
    return html`<div>
      <svg
        viewBox="0 0 ${width} ${HEIGHT}"
        width=${width}
        role="group"
        aria-label=${t('Dendrogram of {0}', plural(leaves, 'cluster'))}
      >
        ${y.ticks(5).map((tick) => svg`<text x=${EDGE.left - 8} y=${y(tick) + 4} text-anchor="end">${y.tickFormat(5)(tick)}</text>`)}
        ${paths} ${order.map((id, i) => this.leaf(id, EDGE.left + (i + 0.5) * LEAF))}
      </svg>
    </div>`;
  }

  private leaf(id: number, x: number) {
    const open = () => {
      this.source.select(id);
    };
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'Enter') open();
    };
    return svg`<text class="leaf" x=${x} y=${HEIGHT - 8} text-anchor="middle" tabindex="0" role="link" aria-label=${t('Open {0}', clusterTitle(id))}
      @click=${open} @keydown=${onKey}>${id}<title>${clusterTitle(id)}</title></text>`;
  }
}

/** The leaves in an order in which no branches cross. */
function leavesInOrder(merges: NonNullable<Clustering['tree']>, leaves: number): number[] {
  if (merges.length === 0) return Array.from({ length: leaves }, (_, i) => i);
  const order: number[] = [];
  const stack = [leaves + merges.length - 1];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (node < leaves) order.push(node);
    else {
      const { a, b } = merges[node - leaves]!;
      stack.push(b, a);
    }
  }
  return order;
}

declare global {
  interface HTMLElementTagNameMap {
    'fc-dendrogram': DendrogramView;
  }
}
