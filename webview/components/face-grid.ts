/** All faces of a cluster; only the visible ones are in the page and requested. */
import { html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { LitVirtualizer } from '@lit-labs/virtualizer';
import '@lit-labs/virtualizer';
import { grid } from '@lit-labs/virtualizer/layouts/grid.js';
import { readableAttribute } from '../../src/domain/attributes';
import { percent } from '../../src/text/numbers';
import { forPage } from '../../src/text/neutralize';
import type { Source } from '../source';
import { faceButton, type Neighbor } from './face-button';
import { foldedNote } from './folded-note';
import { styles } from './face-grid.css';
import { shared } from './shared.css';
import type { FaceOrder } from '../../src/domain/clustering';
import type { Condition, QuestionOrder } from '../../src/domain/question';
import type { FaceCard } from '../../src/domain/faces';

/** Number of faces in a request. */
const PAGE = 48;
/** Number of pages in memory; the least recently used are dropped with their pictures. */
const KEPT_PAGES = 60;
/** Between faces, in pixels. */
const GAP = 6;
/** Of a face's height and width, as the network sees it. */
const ASPECT = 1.2;
/** Width of a face in pixels before the user chooses another one. */
const DEFAULT_WIDTH = 100;

const ORDER: Record<FaceOrder, (attribute: string) => string> = {
  typical: () => 'the most typical first',
  untypical: () => 'the least typical first',
  silhouette: () => 'those nearest to another cluster first',
  probable: (attribute) => `by the probability of ${attribute}`,
  borderline: (attribute) => `those nearest to the threshold of ${attribute} first`,
};

const layoutOf = (width: number) =>
  grid({
    itemSize: { width: `${width}px`, height: `${Math.round(width * ASPECT)}px` },
    gap: `${GAP}px`,
    padding: '3px',
    justify: 'start',
  });

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
  /** Counts the pages received, so that the virtualizer renders again. */
  @state() private arrived = 0;
  @query('lit-virtualizer') private virtualizer!: LitVirtualizer;

  private items: number[] = [];
  private readonly pages = new Map<number, FaceCard[] | 'loading'>();
  private layout = layoutOf(DEFAULT_WIDTH);

  override willUpdate(changed: PropertyValues) {
    if (changed.has('faceWidth')) {
      this.layout = layoutOf(this.faceWidth);
      this.style.setProperty('--face-width', `${this.faceWidth}px`);
    }
    if (
      !changed.has('cluster') &&
      !changed.has('generation') &&
      !changed.has('size') &&
      !changed.has('order') &&
      !changed.has('attribute') &&
      !changed.has('conditions') &&
      !changed.has('unfolded') &&
      !changed.has('questionOrder')
    )
      return;
    this.pages.clear();
    this.problem = '';
    this.current = 0;
    this.items = Array.from({ length: this.wholeSize() }, (_, i) => i);
  }

  override render() {
    if (this.items.length === 0) return nothing;
    const { arrived, current, selection } = this;
    // The virtualizer renders again when the function changes.
    const renderItem = (index: number) => this.cell(index, index === current, selection, arrived);
    return html`
      ${this.problem === '' ? nothing : html`<p role="alert">${forPage(this.problem)} <button class="link" @click=${this.retry}>Try again</button></p>`}
      ${foldedNote(this.wholeSize() - this.items.length, this.unfolded, this.toggleCopies)}
      <lit-virtualizer
        role="group"
        aria-label=${this.conditions === undefined ? `Faces of the cluster, ${ORDER[this.order](readableAttribute(this.attribute ?? ''))}` : 'Faces'}
        .items=${this.items}
        .renderItem=${renderItem}
        .layout=${this.layout}
        @keydown=${this.onKey}
      ></lit-virtualizer>
    `;
  }

  private cell(
    index: number,
    current: boolean,
    selection: ReadonlySet<number> | undefined,
    _arrived: number,
  ) {
    const face = this.faceAt(index);
    return html`<div class="cell" data-index=${index}>
      ${face === undefined ? html`<div class="waiting"></div>` : faceButton(face, this.source, { tabindex: current ? 0 : -1, draggable: this.source.live, selection, neighbor: this.neighbor, caption: this.captionOf(face) })}
    </div>`;
  }

  private faceAt(index: number): FaceCard | undefined {
    const number = Math.floor(index / PAGE);
    const page = this.pages.get(number);
    if (page === undefined) {
      void this.load(number);
      return undefined;
    }
    if (page === 'loading') return undefined;
    this.pages.delete(number);
    this.pages.set(number, page); // the last in order of use
    return page[index % PAGE];
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

  private readonly neighbor: Neighbor = (face, step) => {
    for (const [number, page] of this.pages) {
      const at = page === 'loading' ? -1 : page.findIndex(({ row }) => row === face.row);
      const index = number * PAGE + at + step;
      if (at >= 0) return index in this.items ? this.faceAt(index) : undefined;
    }
    return undefined;
  };

  private async load(number: number) {
    const { attribute, generation, cluster, order, conditions, questionOrder } = this;
    this.pages.set(number, 'loading');
    try {
      const start = number * PAGE;
      const count = Math.min(PAGE, this.items.length - start);
      const part = { start, count, folded: !this.unfolded };
      const { total, faces } =
        conditions === undefined
          ? await this.source.faces({ cluster, order, attribute, ...part })
          : await this.source.ask({ conditions: [...conditions], order: questionOrder, ...part });
      const isOutdated =
        generation !== this.generation ||
        cluster !== this.cluster ||
        order !== this.order ||
        attribute !== this.attribute ||
        conditions !== this.conditions ||
        questionOrder !== this.questionOrder;
      if (isOutdated) return;
      if (total !== this.items.length) this.resize(total);
      this.pages.set(number, faces);
      for (const old of [...this.pages.keys()].slice(0, -KEPT_PAGES)) this.pages.delete(old);
      this.arrived += 1;
    } catch (error) {
      // The page stays marked, so that rendering does not request it in a loop.
      this.problem = `Some faces cannot be shown: ${error instanceof Error ? error.message : String(error)}`;
    }
  }

  /** Copies are left out, which the first answer tells. */
  private resize(total: number) {
    this.pages.clear();
    this.items = Array.from({ length: total }, (_, i) => i);
    this.current = Math.min(this.current, Math.max(0, total - 1));
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
    for (const [number, page] of [...this.pages]) if (page === 'loading') this.pages.delete(number);
    this.problem = '';
    this.arrived += 1;
  };

  private readonly onKey = (event: KeyboardEvent) => {
    const width = this.faceWidth + GAP;
    const height = this.faceWidth * ASPECT + GAP;
    const columns = Math.max(1, Math.floor(this.virtualizer.clientWidth / width));
    const lines = Math.max(1, Math.floor(window.innerHeight / height));
    const last = this.items.length - 1;
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
    this.current = Math.min(last, Math.max(0, this.current + step));
    this.isFocusDue = true;
    this.focusDrawn(); // at once, where it can be: the next key may follow quickly
    void this.scrollToCurrent();
  };

  /** Whether the current face is to be focused as soon as it is drawn: its page may not be here. */
  private isFocusDue = false;

  private async scrollToCurrent() {
    await this.updateComplete;
    this.virtualizer.element(this.current)?.scrollIntoView({ block: 'nearest' });
    await this.focusCurrent();
  }

  private async focusCurrent() {
    await painted();
    this.focusDrawn();
  }

  /** Focuses the current face if that is due, and it is drawn. */
  private focusDrawn() {
    const face = this.virtualizer.querySelector<HTMLElement>(
      `[data-index="${String(this.current)}"] .face`,
    );
    if (!this.isFocusDue || face === null) return;
    this.isFocusDue = false;
    face.focus();
  }

  override updated(changed: PropertyValues) {
    if (changed.has('arrived') && this.isFocusDue) void this.focusCurrent();
  }
}

/** Resolves when the virtualizer has rendered the rows that scrolled into view. */
const painted = () =>
  new Promise<void>((resolve) => {
    requestAnimationFrame(() => {
      requestAnimationFrame(() => {
        resolve();
      });
    });
  });

declare global {
  interface HTMLElementTagNameMap {
    'fc-face-grid': FaceGrid;
  }
}
