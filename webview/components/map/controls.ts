/** What surrounds a map: its controls, its legend, and its description. */
import { html, nothing, svg } from 'lit';
import { readableAttribute } from '../../../src/domain/attributes';
import { clusterColor } from '../../../src/domain/cluster-colors';
import { clusterCount, type Clustering } from '../../../src/domain/clustering';
import type { FaceMap } from '../../../src/domain/face-map';
import { count, plural } from '../../../src/text/numbers';
import { clusterTitles } from '../../../src/summaries/cluster-titles';
import { t } from '../../../src/text/translate';

/** Clusters that a legend names; the others are counted. */
const NAMED = 24;

interface ControlsOf {
  /** Attribute that colors the faces; empty for the clusters. */
  colorBy: string;
  names: readonly string[];
  isLassoOn: boolean;
  onColorBy: (attribute: string) => void;
  onLasso: () => void;
  onZoom: (factor: number) => void;
  onFit: () => void;
}

export function controls(of: ControlsOf) {
  const change = (event: Event) => {
    const { value } = event.target as HTMLInputElement;
    // Each value is the position of a name: a name may be empty or occur twice.
    of.onColorBy(of.names[Number(value)] ?? '');
  };
  const chosen = String(of.names.indexOf(of.colorBy));
  const option = (value: string, text: string) =>
    html`<vscode-option value=${value} ?selected=${value === chosen}>${text}</vscode-option>`;
  const button = (id: string, text: string, label: string, onClick: () => void) =>
    html`<vscode-button
      id=${id}
      appearance="secondary"
      aria-label=${label}
      title=${label}
      @click=${onClick}
      >${text}</vscode-button
    >`;
  return html`
    <div class="controls">
      <span aria-hidden="true">${t('Color by')}</span>
      <vscode-dropdown
        id="colorBy"
        aria-label=${t('Color by')}
        .currentValue=${chosen}
        @change=${change}
      >
        ${option('-1', t('Cluster'))}
        ${of.names.map((name, i) => option(String(i), readableAttribute(name)))}
      </vscode-dropdown>
      <vscode-button
        id="lasso"
        appearance=${of.isLassoOn ? 'primary' : 'secondary'}
        aria-pressed=${of.isLassoOn}
        title=${t('Drag to select faces; with Shift they join the selection, with Alt they leave it')}
        @click=${of.onLasso}
        >${t('Lasso')}</vscode-button
      >
      ${button('zoomIn', '+', t('Zoom in'), () => {
        of.onZoom(1.5);
      })}
      ${button('zoomOut', '−', t('Zoom out'), () => {
        of.onZoom(1 / 1.5);
      })}
      ${button('fit', t('Fit'), t('Fit: show all faces'), of.onFit)}
    </div>
  `;
}

/** @param open shows a cluster. */
export function clusterLegend(clustering: Clustering, open: (cluster: number) => void) {
  const { clusters } = clustering;
  const titles = clusterTitles(clustering);
  const named = clusters.slice(0, NAMED);
  return html`
    <ul class="legend" aria-label=${t('Colors of the clusters')}>
      ${named.map(({ id, size, said }) => {
        const title = titles.get(id)!.text;
        const show = () => {
          open(id);
        };
        return html`<li>
          <button
            class="link"
            @click=${show}
            aria-label=${t('Open {0}, {1}', title, plural(size, 'face'))}
          >
            <svg class="swatch" viewBox="0 0 10 10" aria-hidden="true">
              <circle cx="5" cy="5" r="5" fill=${said?.color ?? clusterColor(id)}></circle></svg
            >${title}
          </button>
          <span class="quiet">${count(size)}</span>
        </li>`;
      })}
      ${
        clusters.length > NAMED
          ? html`<li class="quiet">
              ${t('and {0}', plural(clusters.length - NAMED, 'further cluster'))}
            </li>`
          : nothing
      }
    </ul>
  `;
}

/** @param colors from low to high. */
export function attributeLegend(attribute: string, colors: readonly string[]) {
  const name = readableAttribute(attribute);
  return html`
    <div
      class="legend"
      role="img"
      aria-label=${t('Probability of {0}: the first color is 0 %, the last one 100 %', name)}
    >
      <span>${name}</span>
      <span class="quiet">0 %</span>
      <svg
        class="ramp"
        aria-hidden="true"
        viewBox="0 0 ${colors.length} 1"
        preserveAspectRatio="none"
      >
        ${colors.map((color, i) => svg`<rect x=${i} width="1.1" height="1" fill=${color}></rect>`)}
      </svg>
      <span class="quiet">100 %</span>
    </div>
  `;
}

/** What a map shows, for those who do not see it. */
export function description(clustering: Clustering): string {
  const { clusters, faces } = clustering;
  const titles = clusterTitles(clustering);
  const named = clusters
    .slice(0, NAMED)
    .map(({ id, size }) => `${titles.get(id)!.text}: ${plural(size, 'face')}`);
  const rest = clusters.length > NAMED ? [plural(clusters.length - NAMED, 'further cluster')] : [];
  return t(
    'Map of {0} in {1}. {2}.',
    plural(faces, 'face'),
    plural(clusterCount(clusters), 'cluster'),
    [...named, ...rest].join(', '),
  );
}

/** How the faces were placed. */
export function arrangementText({ arrangement, distinct, sample }: FaceMap): string {
  const some =
    sample < distinct
      ? t(
          ' Computed from {0} of the {1} different faces; the others lie beside those they resemble most.',
          count(sample),
          count(distinct),
        )
      : '';
  return arrangement === 'axes'
    ? t('Faces lie by the two directions in which they differ most.')
    : t(
        'Each face lies among those most similar to it; distances between groups mean little.{0}',
        some,
      );
}
