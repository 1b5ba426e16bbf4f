/** Pages of a long list of faces: requested when they come near, dropped when there are many. */
import type { FaceAnswer, FaceCard } from '../../src/domain/faces';
import { RequestQueue } from '../turns';

/** Number of faces in a request. */
const PAGE = 48;
/** Number of pages in memory; the least recently used are dropped with their pictures. */
const KEPT_PAGES = 100;
/** Requests at a time: what is scrolled past meanwhile is not requested. */
const REQUESTS = 2;

/** Requests a part of the faces. */
export type RequestFaces = (part: { start: number; count: number }) => Promise<FaceAnswer>;

interface PageEvents {
  arrived: () => void;
  /** Why faces cannot be had: they are requested again after `retry` only. */
  failed: (message: string) => void;
}

export class FacePages {
  /** Number of faces; the first answer may tell that there are fewer. */
  count = 0;

  private pages = new Map<number, FaceCard[] | 'waiting'>();
  private queue = new RequestQueue(REQUESTS);
  private request: RequestFaces = () => Promise.resolve({ total: 0, faces: [] });
  /** Pages that are near the visible area. */
  private near: ReadonlySet<number> = new Set();

  constructor(private readonly events: PageEvents) {}

  /** Begins anew: what was requested before is outdated. */
  begin(count: number, request: RequestFaces): void {
    this.count = count;
    this.request = request;
    this.pages = new Map();
    this.queue = new RequestQueue(REQUESTS);
  }

  /** A face by its index; undefined where it has not arrived. */
  at(index: number): FaceCard | undefined {
    const page = this.pages.get(Math.floor(index / PAGE));
    return page === 'waiting' ? undefined : page?.[index % PAGE];
  }

  /** Requests the pages of the faces with these indexes. Those of others are dropped some time. */
  want(indexes: Iterable<number>): void {
    this.near = new Set(Array.from(indexes, (index) => Math.floor(index / PAGE)));
    for (const number of this.near) {
      const page = this.pages.get(number);
      if (page === undefined) void this.load(number);
      else this.keep(number, page);
    }
  }

  /** The face `step` after another one; requested where it has not arrived. */
  readonly neighbor = ({ row }: { row: number }, step: number): FaceCard | undefined => {
    for (const [number, page] of this.pages) {
      const at = page === 'waiting' ? -1 : page.findIndex((each) => each.row === row);
      if (at < 0) continue;
      const index = number * PAGE + at + step;
      const next = Math.floor(index / PAGE);
      if (index < 0 || index >= this.count) return undefined;
      if (!this.pages.has(next)) void this.load(next, () => true);
      return this.at(index);
    }
    return undefined;
  };

  /** Requests again what failed. */
  retry(): void {
    for (const [number, page] of [...this.pages]) if (page === 'waiting') this.pages.delete(number);
  }

  private keep(number: number, page: FaceCard[] | 'waiting') {
    this.pages.delete(number);
    this.pages.set(number, page); // the last in order of use
  }

  private async load(number: number, isWanted = () => this.near.has(number)) {
    const { pages, request } = this;
    pages.set(number, 'waiting');
    const start = number * PAGE;
    const part = { start, count: Math.min(PAGE, this.count - start) };
    try {
      const answer = await this.queue.add(
        () => pages === this.pages && isWanted(),
        () => request(part),
      );
      if (pages !== this.pages) return;
      if (answer === undefined) pages.delete(number);
      else this.take(number, answer);
    } catch (error) {
      // The page stays marked, so that drawing does not request it in a loop.
      const message = error instanceof Error ? error.message : String(error);
      if (pages === this.pages) this.events.failed(message);
    }
  }

  private take(number: number, { total, faces }: FaceAnswer) {
    if (total !== this.count) {
      this.pages.clear();
      this.count = total;
    }
    this.pages.set(number, faces);
    for (const old of [...this.pages.keys()].slice(0, -KEPT_PAGES)) this.pages.delete(old);
    this.events.arrived();
  }
}
