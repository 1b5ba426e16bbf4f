/** Searches among the points of a map. */
import type { Point } from './view';

/** Points in a cell, about. */
const POINTS_IN_CELL = 4;
const MOST_CELLS_A_SIDE = 512;

/** Finds the point nearest to a place quickly: points by the cells of a square grid. */
export class PointGrid {
  private readonly side: number;
  /** Where each cell begins in `rows`, and where the last one ends. */
  private readonly starts: Int32Array;
  private readonly rows: Int32Array;

  /** @param places `[points, 2]`, in [0, 1]. */
  constructor(private readonly places: Float32Array) {
    const count = places.length / 2;
    this.side = Math.min(MOST_CELLS_A_SIDE, Math.ceil(Math.sqrt(count / POINTS_IN_CELL)) || 1);
    const cells = new Int32Array(count);
    const ends = new Int32Array(this.side ** 2 + 1);
    for (let row = 0; row < count; row++) {
      cells[row] = this.cellAt(places[2 * row]!) + this.side * this.cellAt(places[2 * row + 1]!);
      ends[cells[row]! + 1]! += 1;
    }
    for (let cell = 1; cell < ends.length; cell++) ends[cell]! += ends[cell - 1]!;
    this.starts = ends;
    const next = ends.slice();
    this.rows = new Int32Array(count);
    for (let row = 0; row < count; row++) this.rows[next[cells[row]!]!++] = row;
  }

  private cellAt(value: number): number {
    return Math.min(this.side - 1, Math.max(0, Math.floor(value * this.side)));
  }

  /** Row of the nearest point within `radius`; −1 where there is none. */
  nearest({ x, y }: Point, radius: number): number {
    let best = -1;
    let least = radius ** 2;
    const [left, right] = [this.cellAt(x - radius), this.cellAt(x + radius)];
    for (let line = this.cellAt(y - radius); line <= this.cellAt(y + radius); line++) {
      const end = this.starts[line * this.side + right + 1]!;
      for (let at = this.starts[line * this.side + left]!; at < end; at++) {
        const row = this.rows[at]!;
        const distance = (this.places[2 * row]! - x) ** 2 + (this.places[2 * row + 1]! - y) ** 2;
        if (distance > least || (distance === least && best >= 0)) continue;
        least = distance;
        best = row;
      }
    }
    return best;
  }
}

/**
 * The nearest point in a direction: at most 45° off it if there is one, and at least `least` away
 * along it if there is one of those.
 * @param direction of length 1, along an axis.
 * @returns −1 where no point lies in that direction at all.
 */
export function nextPoint(
  places: Float32Array,
  from: number,
  direction: Point,
  least: number,
): number {
  const [x, y] = [places[2 * from]!, places[2 * from + 1]!];
  /** The best point beyond `least`, nearer than that, and more than 45° off. */
  const best = [-1, -1, -1];
  const costs = [Infinity, Infinity, Infinity];
  for (let row = 0; row < places.length / 2; row++) {
    const [dx, dy] = [places[2 * row]! - x, places[2 * row + 1]! - y];
    const along = dx * direction.x + dy * direction.y;
    if (along <= 0) continue;
    const aside = Math.abs(dx * direction.y - dy * direction.x);
    const kind = aside > along ? 2 : along < least ? 1 : 0;
    const cost = kind === 1 ? -along - aside : along + aside;
    if (cost < costs[kind]!) [best[kind], costs[kind]] = [row, cost];
  }
  return best.find((row) => row >= 0) ?? -1;
}

/**
 * Rows of the points inside a polygon, ascending.
 * @param outline its corners; the last one is connected with the first.
 */
export function pointsInside(places: Float32Array, outline: readonly Point[]): number[] {
  const rows: number[] = [];
  const corners = Float64Array.from(outline.flatMap(({ x, y }) => [x, y]));
  const across = outline.map(({ x }) => x);
  const down = outline.map(({ y }) => y);
  const [left, right] = [Math.min(...across), Math.max(...across)];
  const [top, bottom] = [Math.min(...down), Math.max(...down)];
  for (let row = 0; row < places.length / 2; row++) {
    const [x, y] = [places[2 * row]!, places[2 * row + 1]!];
    if (x >= left && x <= right && y >= top && y <= bottom && isInside(corners, x, y))
      rows.push(row);
  }
  return rows;
}

/** Counts the edges that a ray to the right crosses. */
function isInside(corners: Float64Array, x: number, y: number): boolean {
  let inside = false;
  for (let i = 0, j = corners.length - 2; i < corners.length; j = i, i += 2) {
    const [ax, ay, bx, by] = [corners[i]!, corners[i + 1]!, corners[j]!, corners[j + 1]!];
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
  }
  return inside;
}
