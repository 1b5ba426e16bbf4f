/**
 * The most typical faces of a cluster, in its card. They are requested when the card comes near the
 * visible area, or while nobody does anything, so that scrolling finds them drawn.
 */
import type { LitElement, ReactiveController } from 'lit';
import type { ClusterSummary } from '../../src/domain/clustering';
import { SHEET_FACE_WIDTHS, type TypicalFaces } from '../../src/domain/faces';
import { RecentlyUsed } from '../recently-used';
import type { Source } from '../source';
import { InAdvance, RequestQueue } from '../turns';
import { sheetRule } from './sheet-rule';

/** Number of faces in a card, which fill its rows of faces. */
export const CARD_FACES = { compact: 8, full: 24 } as const;

/** Requests for faces: few at a time, so that those of the first cards come first. */
const requests = new RequestQueue(3);

/** The cards with faces; those far away lose theirs when there are too many: half a MB a card. */
const loaded = new RecentlyUsed<CardFaces>(150, (card) => card.release());

/** Those that are far away yet. */
const inAdvance = new InAdvance<CardFaces>((card) => card.prepare());

/** Distance from the visible area at which a card requests its faces. */
const NEAR = '600px';

interface Card extends LitElement {
  readonly source: Source;
  readonly cluster: ClusterSummary;
  /** Number of the clustering; faces of an earlier one are outdated. */
  readonly generation: number;
  readonly compact: boolean;
}

export class CardFaces implements ReactiveController {
  typical: Omit<TypicalFaces, 'sheet'> | undefined;
  /** Whether the faces are parts of a sheet, and have no pictures of their own. */
  hasSheet = false;
  /** Whether the card is near the visible area. */
  isNear = false;
  /** The pictures of the faces: a style attribute would be refused, and parsed for each face. */
  readonly pictures = new CSSStyleSheet();
  private observer: IntersectionObserver | undefined;
  /** What is being requested: a generation and a density. */
  private pending = '';

  /** @param hurry has the card drawn in the next frame. */
  constructor(
    private readonly card: Card,
    private readonly hurry: () => void,
  ) {
    card.addController(this);
  }

  hostConnected() {
    this.observer = new IntersectionObserver(
      (entries) => {
        this.isNear = entries.some((entry) => entry.isIntersecting);
        if (!this.isNear) return;
        this.layOut();
        if (this.typical === undefined) void this.load(() => this.isNear);
        else loaded.use(this);
      },
      { rootMargin: NEAR },
    );
    this.observer.observe(this.card);
    if (this.typical !== undefined) loaded.use(this); // it was taken out of the page and put back
    inAdvance.add(this);
  }

  hostDisconnected() {
    this.observer?.disconnect();
    this.isNear = false;
    this.pending = '';
    inAdvance.forget(this);
    loaded.forget(this);
  }

  /** Requests other faces. Those of before stay until they arrive, so that none flickers. */
  renew(): void {
    if (this.isNear) {
      void this.load(() => this.isNear);
    } else {
      this.forget();
      inAdvance.add(this);
    }
  }

  /** Lays the card out, and requests its faces unless there are too many of them. */
  async prepare(): Promise<void> {
    this.layOut();
    if (this.typical === undefined && !loaded.isFull) await this.load(() => true);
  }

  /** Frees the memory of the faces, unless the card is near the visible area. */
  release(): boolean {
    if (this.isNear) return false;
    this.forget();
    return true;
  }

  /** From now on scrolling lays out nothing of the card. */
  private layOut() {
    this.hurry();
    this.card.toggleAttribute('laid-out', true);
  }

  private forget() {
    this.typical = undefined;
    this.pictures.replaceSync('');
    this.card.requestUpdate();
  }

  /** @param isWanted whether the faces are still wanted when their turn has come. */
  private async load(isWanted: () => boolean) {
    const { card } = this;
    const { cluster, compact, generation, source } = card;
    const what = `${generation} ${String(compact)}`;
    if (what === this.pending) return;
    this.pending = what;
    const count = Math.min(
      compact ? CARD_FACES.compact : CARD_FACES.full,
      source.available(cluster.id, cluster.size),
    );
    const width = SHEET_FACE_WIDTHS[window.devicePixelRatio > 1 ? 1 : 0];
    // where it fails, the host has logged the reason
    const request = () =>
      source
        .typicalFaces({ cluster: cluster.id, count, width })
        .catch(() => ({ total: 0, faces: [], sheet: undefined }));
    const isCurrent = () => what === this.pending;
    const answer = await requests.add(() => isWanted() && isCurrent(), request);
    // Scrolled past before its turn: faces of an earlier clustering must not stay.
    if (answer === undefined && isCurrent()) {
      this.pending = '';
      this.forget();
      inAdvance.add(this);
    }
    if (answer === undefined) return;
    const { sheet, faces, total } = answer;
    const pictures = sheet === undefined ? '' : await sheetRule(sheet, faces.length);
    if (!isCurrent()) return;
    this.pending = '';
    this.pictures.replaceSync(pictures); // which holds the sheet from now on
    this.hasSheet = sheet !== undefined;
    this.typical = { total, faces };
    card.requestUpdate();
    loaded.use(this);
  }
}
