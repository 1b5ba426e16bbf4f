/** All faces of a cluster; only the visible ones are in the page and requested. */
import { html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { guard } from 'lit/directives/guard.js';
import { ref } from 'lit/directives/ref.js';
import { repeat } from 'lit/directives/repeat.js';
import { readableAttribute } from '../../src/domain/attributes';
import { percent } from '../../src/text/numbers';
import { forPage } from '../../src/text/neutralize';
import type { Source } from '../source';
import { faceButton } from './face-button';
import { FacePages } from './face-pages';
import { foldedNote } from './folded-note';
import { styles } from './face-grid.css';
import { RowWindow } from './row-window';
import { shared } from './shared.css';
import type { FaceOrder } from '../../src/domain/clustering';
import type { Condition, QuestionOrder } from '../../src/domain/question';
import type { FaceCard } from '../../src/domain/faces';
import { t } from '../../src/text/translate';

/** Between faces, in pixels. */
const GAP = 6;
/** Of a face's height and width, as the network sees it. */
const ASPECT = 1.2;
/** Width of a face in pixels before the user chooses another one. */
const DEFAULT_WIDTH = 100;

const ORDER: Record<FaceOrder, (attribute: string) => string> = {
  typical: () => t('the most typical first'),
  untypical: () => t('the least typical first'),
  silhouette: () => t('those nearest to another cluster first'),
  probable: (attribute) => t('by the probability of {0}', attribute),
  borderline: (attribute) => t('those nearest to the threshold of {0} first', attribute),
};

/** What a list begins anew with. */
const LIST = [
  'cluster',
  'generation',
  'size',
  'order',
  'attribute',
  'conditions',
  'unfolded',
  'questionOrder',
] as const;

@customElement('fc-face-grid')
export class FaceGrid extends LitElement {
  static override styles = [shared, styles];

  @property({ attribute: false }) source!: Source;
  @property({ type: Number }) cluster = 0;
  @property({ type: Number }) size = 0;
  @property({ type: Number }) generation = 0;
  @property() order: FaceOrder = 'typical';
  /** Of the orders by one: its probability is shown on each face. */
  @property({ attribute: false }) attribute: string | undefined;
  /** Of a face, in pixels. */
  @property({ attribute: false }) faceWidth = DEFAULT_WIDTH;
  /** Shows the faces that meet these instead of those of a cluster. */
  @property({ attribute: false }) conditions: readonly Condition[] | undefined;
  @property({ attribute: false }) questionOrder: QuestionOrder = 'surest';
  /** Names of the attributes, in the order of the probabilities. */
  @property({ attribute: false }) names: readonly string[] = [];
  /** Rows of the selected faces; undefined where faces cannot be selected. */
  @property({ attribute: false }) selection: ReadonlySet<number> | undefined;

  @state() private problem = '';
  /** Whether copies are shown. */
  @state() private unfolded = false;
  /** The face that the Tab key reaches; arrow keys change it. */
  @state() private current = 0;
  @query('[role=group]') private list!: HTMLElement | null;

  private readonly pages = new FacePages({
    arrived: () => {
      this.arrive();
    },
    failed: (message) => {
      this.problem = t('Some faces cannot be shown: {0}', message);
    },
  });
  private readonly rows = new RowWindow(this, {
    list: () => this.list,
    rowHeight: () => this.rowHeight,
    columns: () => this.columns,
    count: () => Math.ceil(this.pages.count / this.columns),
  });

  override willUpdate(changed: PropertyValues) {
    if (changed.has('faceWidth')) {
      this.style.setProperty('--face-width', `${this.faceWidth}px`);
      this.style.setProperty('--row-height', `${this.rowHeight}px`);
    }
    if (!LIST.some((name) => changed.has(name))) return;
    this.begin();
    this.problem = '';
    this.current = 0;
  }

  private begin() {
    this.left = undefined; // its faces are outdated
    this.rows.begin();
    const { attribute, cluster, conditions, order, questionOrder, source, unfolded } = this;
    const folded = !unfolded;
    this.pages.begin(this.wholeSize(), (part) =>
      conditions === undefined
        ? source.faces({ cluster, order, attribute, ...part, folded })
        : source.ask({ conditions: [...conditions], order: questionOrder, ...part, folded }),
    );
  }

  /** Draws faces that have arrived. There may be fewer than was thought: copies are left out. */
  private arrive() {
    this.current = Math.min(this.current, Math.max(0, this.pages.count - 1));
    this.requestUpdate();
  }

  private get rowHeight() {
    return Math.round(this.faceWidth * ASPECT) + GAP;
  }

  private get columns(): number {
    return Math.max(1, Math.floor((this.rows.width + GAP) / (this.faceWidth + GAP)));
  }

  override render() {
    const { count } = this.pages;
    if (count === 0) return nothing;
    const drawn = this.drawnRows();
    this.pages.want(this.rows.requested().flatMap((row) => this.indexesOf(row)));
    return html`
      ${this.problem === '' ? nothing : html`<p role="alert">${forPage(this.problem)} <button class="link" @click=${this.retry}>${t('Try again')}</button></p>`}
      ${foldedNote(this.wholeSize() - count, this.unfolded, this.toggleCopies)}
      <div
        role="group"
        aria-label=${this.conditions === undefined ? t('Faces of the cluster, {0}', ORDER[this.order](readableAttribute(this.attribute ?? ''))) : t('Faces')}
        @keydown=${this.onKey}
      >
        ${repeat(drawn, (row) => row, this.row)}
      </div>
    `;
  }

  /** Those near the visible area, and that of the focus, which is not lost by scrolling. */
  private drawnRows(): number[] {
    const { columns, current, left = current, rows } = this;
    if (rows.width === 0) return [];
    const kept = [current, left].map((index) => Math.floor(index / columns));
    return [...new Set([...kept, ...rows.drawn()])].sort((a, b) => a - b);
  }

  /** Indexes of the faces of a row. */
  private indexesOf(row: number): number[] {
    const { columns } = this;
    const length = Math.min(columns, this.pages.count - row * columns);
    return Array.from({ length }, (_, column) => row * columns + column);
  }

  private readonly row = (row: number) => {
    const { attribute, conditions, current, names, selection } = this;
    const indexes = this.indexesOf(row);
    const faces = indexes.map((index) => this.pages.at(index));
    const place = (element?: Element) => {
      (element as HTMLElement | undefined)?.style.setProperty('--row', String(row));
    };
    const isCurrent = indexes.includes(current) ? current : undefined;
    return html`<div class="row" ${ref(place)}>
      ${guard([isCurrent, attribute, conditions, names, selection, ...faces], () => indexes.map((index, i) => this.cell(index, faces[i])))}
    </div>`;
  };

  private cell(index: number, face: FaceCard | undefined) {
    const { neighbor } = this.pages;
    const tabindex = index === this.current ? 0 : -1;
    return html`<div class="cell" data-index=${index}>
      ${face === undefined ? html`<div class="waiting"></div>` : faceButton(face, this.source, { tabindex, draggable: this.source.live, selection: this.selection, neighbor, caption: this.captionOf(face) })}
    </div>`;
  }

  /** The probability that a face meets the conditions, or has the attribute of the order. */
  private captionOf({ probabilities }: FaceCard): string | undefined {
    const { attribute, names } = this;
    const ofOrder = attribute === undefined ? undefined : [{ attribute, present: true }];
    const conditions = this.conditions ?? ofOrder;
    if (conditions === undefined) return undefined;
    const sure = conditions.map(({ attribute, present }) => {
      const probability = probabilities[names.indexOf(attribute)] ?? NaN;
      return present ? probability : 1 - probability;
    });
    const least = Math.min(...sure);
    return Number.isNaN(least) ? undefined : percent(least);
  }

  private readonly toggleCopies = () => {
    this.unfolded = !this.unfolded;
  };

  /** Number of faces, copies included. */
  private wholeSize(): number {
    return this.conditions === undefined
      ? this.source.available(this.cluster, this.size)
      : this.size;
  }

  private readonly retry = () => {
    this.pages.retry();
    this.problem = '';
  };

  private readonly onKey = (event: KeyboardEvent) => {
    const { columns } = this;
    const lines = Math.max(1, Math.floor(window.innerHeight / this.rowHeight));
    const last = this.pages.count - 1;
    const steps: Record<string, number> = {
      ArrowRight: 1,
      ArrowLeft: -1,
      ArrowDown: columns,
      ArrowUp: -columns,
      PageDown: columns * lines,
      PageUp: -columns * lines,
      Home: -this.current,
      End: last - this.current,
    };
    const step = steps[event.key];
    if (step === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    this.left ??= this.current;
    this.current = Math.min(last, Math.max(0, this.current + step));
    void this.updateComplete.then(() => {
      this.currentCell?.scrollIntoView({ block: 'nearest' });
      this.focusDrawn();
    });
  };

  /**
   * The face that has the focus until the current one gets it, as soon as it is drawn: its page may
   * not be here.
   */
  private left: number | undefined;

  private get currentCell() {
    return this.list?.querySelector(`[data-index="${String(this.current)}"]`);
  }

  /** Focuses the current face if that is due, and it is drawn. */
  private focusDrawn() {
    if (this.left === undefined) return;
    const face = this.currentCell?.querySelector<HTMLElement>('.face');
    const isInList = this.list?.contains(this.shadowRoot?.activeElement ?? null) === true;
    if (isInList && face == null) return;
    this.left = undefined; // also where the focus has gone elsewhere meanwhile
    if (isInList) face?.focus({ preventScroll: true });
  }

  override updated() {
    // As high as all rows; a style attribute would be refused by the content security policy.
    const rows = Math.ceil(this.pages.count / this.columns);
    this.list?.style.setProperty('height', `${rows * this.rowHeight}px`);
    this.focusDrawn();
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'fc-face-grid': FaceGrid;
  }
}
