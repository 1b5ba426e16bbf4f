/** What a user does on a map with a mouse, a pen or fingers. */
import type { SelectFaces } from '../select-faces';
import type { Point } from './view';

export type SelectionMode = SelectFaces['mode'];

/** Positions are in pixels from the upper left corner of the map. */
export interface GestureListener {
  /** Whether dragging draws a lasso; otherwise it does so with the Shift key. */
  isLassoOn: () => boolean;
  /** Whether the wheel zooms; otherwise it scrolls the page, and zooms with the Ctrl key. */
  doesWheelZoom: () => boolean;
  onPan: (across: number, down: number) => void;
  onZoom: (factor: number, at: Point) => void;
  /** The pointer rests on a position, or is gone. */
  onHover: (at: Point | undefined) => void;
  onClick: (at: Point, event: PointerEvent) => void;
  /** The line so far; empty when it ends. */
  onLassoMoves: (line: readonly Point[]) => void;
  onLasso: (line: readonly Point[], mode: SelectionMode) => void;
}

/** Pixels that a pointer may move during a click. */
const CLICK_PIXELS = 4;
/** Pixels between two corners of a lasso, at least. */
const LASSO_PIXELS = 3;
/** Pixels of a line of a wheel, of a page of it, and how far it zooms by a pixel. */
const WHEEL = { line: 16, page: 400, speed: 0.002, pinch: 0.01 } as const;

export class Gestures {
  /** Pointers that are down: the last position of each, by its id. */
  private readonly down = new Map<number, Point>();
  private start: Point | undefined;
  private line: Point[] | undefined;
  private hasMoved = false;

  constructor(
    private readonly element: HTMLElement,
    private readonly listener: GestureListener,
  ) {
    element.addEventListener('pointerdown', this.onDown);
    element.addEventListener('pointermove', this.onMove);
    element.addEventListener('pointerup', this.onUp);
    element.addEventListener('pointercancel', this.onCancel);
    element.addEventListener('pointerleave', this.onLeave);
    element.addEventListener('wheel', this.onWheel, { passive: false });
  }

  /** Ends a lasso or a drag without effect. @returns whether there was one. */
  cancel(): boolean {
    const was = this.line !== undefined;
    this.line = undefined;
    this.down.clear();
    if (was) this.listener.onLassoMoves([]);
    return was;
  }

  private at({ clientX, clientY }: MouseEvent): Point {
    const { left, top } = this.element.getBoundingClientRect();
    return { x: clientX - left, y: clientY - top };
  }

  private readonly onDown = (event: PointerEvent) => {
    if (event.button !== 0 || (event.target as Element).closest('button') !== null) return;
    const at = this.at(event);
    this.element.setPointerCapture(event.pointerId);
    this.down.set(event.pointerId, at);
    this.listener.onHover(undefined);
    if (this.down.size > 1) {
      this.cancelLasso();
      return;
    }
    this.start = at;
    this.hasMoved = false;
    this.line = this.listener.isLassoOn() || event.shiftKey ? [at] : undefined;
  };

  private readonly onMove = (event: PointerEvent) => {
    const at = this.at(event);
    const before = this.down.get(event.pointerId);
    if (before === undefined) {
      this.listener.onHover(at);
      return;
    }
    if (this.start !== undefined && distance(at, this.start) > CLICK_PIXELS) this.hasMoved = true;
    if (!this.hasMoved) return;
    if (this.line === undefined) this.drag(event.pointerId, before, at);
    else if (distance(at, this.line.at(-1)!) >= LASSO_PIXELS) {
      this.line.push(at);
      this.listener.onLassoMoves(this.line);
    }
    this.down.set(event.pointerId, at);
  };

  /** Moves the map; two fingers also zoom it. */
  private drag(id: number, before: Point, at: Point) {
    const other = [...this.down].find(([each]) => each !== id)?.[1];
    if (other === undefined) {
      this.listener.onPan(at.x - before.x, at.y - before.y);
      return;
    }
    this.listener.onPan((at.x - before.x) / 2, (at.y - before.y) / 2);
    const middle = { x: (at.x + other.x) / 2, y: (at.y + other.y) / 2 };
    this.listener.onZoom(distance(at, other) / Math.max(1, distance(before, other)), middle);
  }

  private readonly onUp = (event: PointerEvent) => {
    if (!this.down.delete(event.pointerId) || this.down.size > 0) return;
    const { line } = this;
    this.cancelLasso();
    if (!this.hasMoved) this.listener.onClick(this.at(event), event);
    else if (line !== undefined && line.length > 2) this.listener.onLasso(line, modeOf(event));
  };

  private readonly onCancel = (event: PointerEvent) => {
    this.down.delete(event.pointerId);
    this.cancelLasso();
  };

  private cancelLasso() {
    if (this.line !== undefined) this.listener.onLassoMoves([]);
    this.line = undefined;
  }

  private readonly onLeave = () => {
    this.listener.onHover(undefined);
  };

  private readonly onWheel = (event: WheelEvent) => {
    if (!event.ctrlKey && !this.listener.doesWheelZoom()) return;
    event.preventDefault();
    const unit = [1, WHEEL.line, WHEEL.page][event.deltaMode] ?? 1;
    // A pinch on a touch pad arrives as small steps of the wheel with the Ctrl key.
    const speed = event.ctrlKey && Math.abs(event.deltaY) < 40 ? WHEEL.pinch : WHEEL.speed;
    this.listener.onZoom(Math.exp(-event.deltaY * unit * speed), this.at(event));
  };
}

const distance = (a: Point, b: Point) => Math.hypot(a.x - b.x, a.y - b.y);

/** Shift adds to a selection, Alt takes away from it. */
const modeOf = ({ altKey, shiftKey }: MouseEvent): SelectionMode =>
  altKey ? 'remove' : shiftKey ? 'add' : 'replace';
