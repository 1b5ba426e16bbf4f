/** The rows of a long list that are near the visible area, as the page is scrolled. */
import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** Distance from the visible area at which rows are drawn, in pixels. */
const NEAR = 600;

export interface RowWindowOptions {
  /** The element that holds the rows and is as high as all of them; null before it is drawn. */
  list: () => HTMLElement | null;
  /** Height of a row with the gap below it, in pixels. */
  rowHeight: () => number;
}

/** Has its host drawn again when other rows come near, or the list has another width. */
export class RowWindow implements ReactiveController {
  /** The first row near the visible area. */
  first = 0;
  /** The row after the last one, which may be more than there are. */
  end = 0;
  /** Width of the list, in pixels; 0 before it is known. */
  width = 0;

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
    this.observed = undefined;
  }

  hostUpdated() {
    const list = this.options.list() ?? undefined;
    if (list === this.observed) return;
    if (this.observed !== undefined) this.sizes.unobserve(this.observed);
    this.observed = list;
    if (list !== undefined) this.sizes.observe(list); // which reports its size at once
  }

  private readonly look = () => {
    if (this.observed === undefined) return;
    const { top, width } = this.observed.getBoundingClientRect();
    const height = this.options.rowHeight();
    const rowAt = (y: number) => Math.max(0, Math.floor((y - top) / height));
    const [first, end] = [rowAt(-NEAR), rowAt(window.innerHeight + NEAR) + 1];
    if (first === this.first && end === this.end && width === this.width) return;
    [this.first, this.end, this.width] = [first, end, width];
    this.host.requestUpdate();
  };
}
