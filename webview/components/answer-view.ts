/** The faces that meet conditions, such as 'Eyeglasses, not Smiling'. */
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { focusIfHere } from '../focus';
import { readableAttribute } from '../../src/domain/attributes';
import type { Condition, QuestionOrder } from '../../src/domain/question';
import { questionText } from '../../src/summaries/questions';
import { plural } from '../../src/text/numbers';
import { t } from '../../src/text/translate';
import type { Source } from '../source';
import { Ask } from './cluster-events';
import './face-grid';
import { faceSize, faceSizeStyles, keptFaceWidth } from './face-size';
import { fields } from './fields.css';
import { shared } from './shared.css';

const ORDERS: Readonly<Record<QuestionOrder, string>> = {
  surest: t('Surest first'),
  borderline: t('Borderline first'),
};

@customElement('fc-answer-view')
export class AnswerView extends LitElement {
  static override styles = [
    shared,
    fields,
    faceSizeStyles,
    css`
      nav,
      .conditions {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 8px 12px;
        margin-bottom: 10px;
      }
      .conditions button {
        padding: 3px 10px;
        border: 1px solid var(--vscode-widget-border, var(--vscode-contrastBorder, currentColor));
        border-radius: 12px;
        background: var(--vscode-editorWidget-background);
        color: inherit;
        font: inherit;
        cursor: pointer;
      }
    `,
  ];

  @property({ attribute: false }) source!: Source;
  @property({ attribute: false }) conditions: readonly Condition[] = [];
  @property({ attribute: false }) names: readonly string[] = [];
  @property({ type: Number }) generation = 0;
  @property({ attribute: false }) selection: ReadonlySet<number> = new Set();
  @property({ attribute: false }) close!: () => void;

  @state() private order: QuestionOrder = 'surest';
  @state() private total: number | undefined;
  @state() private problem = '';
  @state() private faceWidth = 0;

  override connectedCallback() {
    super.connectedCallback();
    this.faceWidth = keptFaceWidth(this.source);
  }

  override willUpdate(changed: Map<string, unknown>) {
    if (changed.has('conditions') || changed.has('generation')) void this.count();
  }

  private async count() {
    const { conditions, generation } = this;
    try {
      const { total } = await this.source.ask({
        conditions: [...conditions],
        order: this.order,
        start: 0,
        count: 1,
      });
      if (conditions !== this.conditions || generation !== this.generation) return;
      this.total = total;
      this.problem = '';
    } catch (error) {
      this.problem = error instanceof Error ? error.message : String(error);
    }
  }

  override render() {
    const { total } = this;
    return html`
      <nav aria-label=${t('Answer')}>
        <vscode-button appearance="secondary" id="back" @click=${this.close}
          >${t('All clusters')}</vscode-button
        >
        <h2>${questionText(this.conditions)}</h2>
        <span role="status">${total === undefined ? '' : plural(total, 'face')}</span>
        <select aria-label=${t('Order of the faces')} @change=${this.onOrder}>
          ${Object.entries(ORDERS).map(([order, label]) => html`<option value=${order} ?selected=${order === this.order}>${label}</option>`)}
        </select>
        ${faceSize(this.faceWidth, this.source, this.resize)}
      </nav>
      <div class="conditions" aria-label=${t('Conditions')} role="group">
        ${this.conditions.map((condition) => this.condition(condition))}
        <button id="opposite" @click=${this.opposite}>${t('Show the opposite')}</button>
      </div>
      <p class="quiet">
        ${
          this.order === 'borderline'
            ? t(
                'Those first of which the network was least sure. Select the ones that are wrong and mark them.',
              )
            : t(
                'Attributes are inferred and may be wrong. “Borderline first”, of the opposite, shows what was missed.',
              )
        }
      </p>
      ${this.problem === '' ? nothing : html`<p role="alert">${this.problem}</p>`}
      ${
        total === undefined
          ? nothing
          : total === 0
            ? html`<p>${t('No face is so.')}</p>`
            : html`<fc-face-grid
                .source=${this.source}
                .conditions=${this.conditions}
                .questionOrder=${this.order}
                .names=${this.names}
                .faceWidth=${this.faceWidth}
                .size=${total}
                .generation=${this.generation}
                .selection=${this.selection}
              ></fc-face-grid>`
      }
    `;
  }

  private condition({ attribute, present }: Condition) {
    const change = (conditions: readonly Condition[]) => {
      if (conditions.length > 0) this.dispatchEvent(new Ask(conditions));
      else this.close();
    };
    const others = this.conditions.filter((other) => other.attribute !== attribute);
    const name = readableAttribute(attribute);
    return html`<button
        aria-label=${t('{0}: turn around', present ? name : t('not {0}', name))}
        title=${t('Turn around: {0}', present ? t('not {0}', name) : name)}
        @click=${() => {
          change(
            this.conditions.map((each) =>
              each.attribute === attribute ? { attribute, present: !present } : each,
            ),
          );
        }}
      >
        ${present ? name : t('not {0}', name)}</button
      >${
        others.length === 0
          ? nothing
          : html`<button
              aria-label=${t('Remove {0}', name)}
              title=${t('Remove {0}', name)}
              @click=${() => {
                change(others);
              }}
            >
              ×
            </button>`
      }`;
  }

  private readonly opposite = () => {
    this.order = 'borderline';
    this.dispatchEvent(
      new Ask(this.conditions.map(({ attribute, present }) => ({ attribute, present: !present }))),
    );
  };

  private readonly resize = (width: number) => {
    this.faceWidth = width;
  };

  private readonly onOrder = (event: Event) => {
    const { value } = event.target as HTMLSelectElement;
    if (Object.hasOwn(ORDERS, value)) this.order = value as QuestionOrder;
  };

  override firstUpdated() {
    this.focusStart();
  }

  focusStart(): void {
    focusIfHere(this.renderRoot.querySelector<HTMLElement>('#back'));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'fc-answer-view': AnswerView;
  }
}
