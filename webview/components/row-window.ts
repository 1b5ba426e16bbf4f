/**
 * The rows of a long list that are drawn. Those near the visible area are drawn as the page is
 * scrolled, in chunks, since a frame in which anything is drawn may be late; others are drawn while
 * nobody does anything. They stay until there are many, so that scrolling back draws nothing.
 */
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { InAdvance } from '../turns';

/** Distance from the visible area at which rows are drawn, in pixels. */
const NEAR = 600;
/** Distance from the visible area at which rows are requested, to be there when they are drawn. */
const SOON = 2500;
/** Number of cells that are drawn together, about. */
const CHUNK = 100;
/** Number of chunks that are drawn in advance, before and after those near the visible area. */
const ADVANCE = 4;
/** Number of chunks that stay drawn. */
const KEPT = 16;

const inAdvance = new InAdvance<RowWindow>((rows) => rows.prepare());

export interface RowWindowOptions {
  /** The element that holds the rows and is as high as all of them; null before it is drawn. */
  list: () => HTMLElement | null;
  /** Height of a row with the gap below it, in pixels. */
  rowHeight: () => number;
  /** Number of cells in a row, which depends on `width`. */
  columns: () => number;
  /** Number of rows in the list. */
  count: () => number;
}

/** Has its host drawn again when other rows come near, or the list has another width. */
export class RowWindow implements ReactiveController {
  /** Width of the list, in pixels; 0 before it is known. */
  width = 0;
  /** The first row that is requested, and the one after the last. */
  private soon = { first: 0, end: 0 };
  /** Numbers of the chunks that are drawn, the least recently near ones first. */
  private readonly chunks = new Set<number>();
  /** Numbers of the first chunk near the visible area, and of the last one. */
  private near = { first: 0, last: 0 };
  /** Number of the chunk that was drawn in advance last. */
  private prepared: number | undefined;
  /** What the chunks depend on. */
  private layout = '';

  private observed: HTMLElement | undefined;
  private readonly sizes = new ResizeObserver(() => {
    this.look();
  });

  constructor(
    private readonly host: ReactiveControllerHost,
    private readonly options: RowWindowOptions,
  ) {
    host.addController(this);
  }

  hostConnected() {
    // Captured, for whatever is scrolled around the list.
    window.addEventListener('scroll', this.look, { capture: true, passive: true });
    window.addEventListener('resize', this.look);
    this.sizes.observe(document.documentElement); // what is above the list may become higher
  }

  hostDisconnected() {
    window.removeEventListener('scroll', this.look, { capture: true });
    window.removeEventListener('resize', this.look);
    this.sizes.disconnect();
    inAdvance.forget(this);
    this.observed = undefined;
  }

  hostUpdated() {
    const list = this.options.list() ?? undefined;
    if (list === this.observed) return;
    if (this.observed !== undefined) this.sizes.unobserve(this.observed);
    this.observed = list;
    if (list !== undefined) this.sizes.observe(list); // which reports its size at once
  }

  /** Rows that are drawn. */
  drawn(): number[] {
    return [...this.chunks].flatMap((chunk) => this.rowsOf(chunk));
  }

  private rowsOf(chunk: number): number[] {
    const { chunkRows } = this;
    const rows = Array.from({ length: chunkRows }, (_, i) => chunk * chunkRows + i);
    return rows.filter((row) => row < this.options.count());
  }

  /** Rows that are near the visible area, and then those that may come near soon. */
  requested(): number[] {
    const { first, end } = this.soon;
    const length = Math.max(0, Math.min(end, this.options.count()) - first);
    const soon = Array.from({ length }, (_, i) => first + i);
    const near = [...this.chunks].filter((chunk) => this.isNear(chunk));
    const prepared = this.prepared === undefined ? [] : this.rowsOf(this.prepared);
    return [...near.flatMap((chunk) => this.rowsOf(chunk)), ...soon, ...prepared];
  }

  /** Only those near the visible area stay drawn: the list has other cells now. */
  begin(): void {
    for (const chunk of this.chunks) if (!this.isNear(chunk)) this.chunks.delete(chunk);
    inAdvance.add(this);
  }

  /** Draws the next chunk in advance. */
  async prepare(): Promise<void> {
    const chunk = this.nextInAdvance();
    this.prepared = chunk;
    if (chunk === undefined) return;
    this.use(chunk);
    this.host.requestUpdate();
    await this.host.updateComplete;
    inAdvance.add(this);
  }

  private nextInAdvance(): number | undefined {
    const last = Math.ceil(this.options.count() / this.chunkRows) - 1;
    for (let distance = 1; distance <= ADVANCE; distance++) {
      for (const chunk of [this.near.last + distance, this.near.first - distance])
        if (chunk >= 0 && chunk <= last && !this.chunks.has(chunk)) return chunk;
    }
    return undefined;
  }

  private get chunkRows(): number {
    return Math.max(1, Math.round(CHUNK / this.options.columns()));
  }

  private isNear(chunk: number): boolean {
    return chunk >= this.near.first && chunk <= this.near.last;
  }

  /** @returns whether it was not drawn before. */
  private use(chunk: number): boolean {
    const isNew = !this.chunks.delete(chunk);
    this.chunks.add(chunk);
    for (const old of [...this.chunks].slice(0, -KEPT))
      if (!this.isNear(old)) this.chunks.delete(old);
    return isNew;
  }

  private readonly look = () => {
    if (this.observed === undefined) return;
    const { top, width } = this.observed.getBoundingClientRect();
    const isWider = width !== this.width;
    this.width = width;
    const height = this.options.rowHeight();
    const layout = `${this.options.columns()} ${height}`;
    if (layout !== this.layout) this.chunks.clear();
    this.layout = layout;
    const rowAt = (y: number) => Math.max(0, Math.floor((y - top) / height));
    const chunkAt = (y: number) => Math.floor(rowAt(y) / this.chunkRows);
    const near = { first: chunkAt(-NEAR), last: chunkAt(window.innerHeight + NEAR) };
    let isNew = isWider || near.first !== this.near.first || near.last !== this.near.last;
    this.near = near;
    for (let chunk = near.first; chunk <= near.last; chunk++) if (this.use(chunk)) isNew = true;
    if (!isNew) return;
    this.soon = { first: rowAt(-SOON), end: rowAt(window.innerHeight + SOON) + 1 };
    this.host.requestUpdate();
    inAdvance.add(this);
  };
}
