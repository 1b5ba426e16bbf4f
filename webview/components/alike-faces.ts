/** The faces of the run that are most alike to one. */
import { html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { AlikeAnswer } from '../../src/domain/faces';
import { forPage } from '../../src/text/neutralize';
import { t } from '../../src/text/translate';
import type { Source } from '../source';
import { faceButton, neighborIn } from './face-button';
import { shared } from './shared.css';
import { smallFaces } from './small-faces.css';

/** Number of faces. */
const COUNT = 12;

@customElement('fc-alike-faces')
export class AlikeFaces extends LitElement {
  static override styles = [shared, smallFaces];

  @property({ attribute: false }) source!: Source;
  /** Row of the face. */
  @property({ type: Number }) row = 0;

  @state() private answer: AlikeAnswer | undefined;
  @state() private problem = '';

  override willUpdate(changed: PropertyValues<this>) {
    if (changed.has('row')) void this.load();
  }

  private async load() {
    const { row } = this;
    this.answer = undefined;
    this.problem = '';
    try {
      const answer = await this.source.alike(row, COUNT);
      if (row === this.row) this.answer = answer;
    } catch (error) {
      if (row === this.row) this.problem = error instanceof Error ? error.message : String(error);
    }
  }

  override render() {
    const { answer, source } = this;
    if (this.problem !== '') return html`<p role="alert">${forPage(this.problem)}</p>`;
    if (answer === undefined || answer.faces.length === 0) return nothing;
    const by = answer.by === 'embedding' ? t('by the network’s embedding') : t('by all attributes');
    return html`<section aria-label=${t('Most alike')}>
      <h3>${t('Most alike')} <span class="quiet">${by}</span></h3>
      <div class="faces">
        ${answer.faces.map((face) => faceButton(face, source, { neighbor: neighborIn(answer.faces) }))}
      </div>
    </section>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'fc-alike-faces': AlikeFaces;
  }
}
