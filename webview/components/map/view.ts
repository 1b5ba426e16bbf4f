/** The part of a map that is on screen: pixels = places × scale + shift. */

export interface MapView {
  /** Pixels of the unit of the map. */
  scale: number;
  /** Where the map's origin is, in pixels. */
  x: number;
  y: number;
}

/** Size of a drawing, in pixels. */
export interface Size {
  width: number;
  height: number;
}

/** Pixels around a map that is shown as a whole. */
const MARGIN = 16;
/** How far a user can zoom out of and into the whole map. */
const ZOOM = { least: 0.5, most: 500 } as const;

/** Edges of all places. */
export interface Bounds {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** @param places `[points, 2]`. */
export function boundsOf(places: Float32Array): Bounds {
  if (places.length === 0) return { left: 0, top: 0, right: 1, bottom: 1 };
  const bounds = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
  for (let i = 0; i < places.length; i += 2) {
    const x = places[i]!;
    const y = places[i + 1]!;
    if (x < bounds.left) bounds.left = x;
    if (x > bounds.right) bounds.right = x;
    if (y < bounds.top) bounds.top = y;
    if (y > bounds.bottom) bounds.bottom = y;
  }
  return bounds;
}

/** Shows all places, in the middle of the drawing. */
export function fitted({ left, top, right, bottom }: Bounds, { width, height }: Size): MapView {
  const across = Math.max(right - left, 1e-6);
  const down = Math.max(bottom - top, 1e-6);
  const room = (pixels: number) => Math.max(1, pixels - 2 * MARGIN);
  const side = Math.max(across, down, 1e-3); // a single place does not fill the drawing
  const scale = Math.min(room(width) / across, room(height) / down, room(width) / side);
  return {
    scale,
    x: width / 2 - ((left + right) / 2) * scale,
    y: height / 2 - ((top + bottom) / 2) * scale,
  };
}

/**
 * Zooms so that the place under a pixel stays there.
 * @param whole the view of the whole map, which limits the zoom.
 */
export function zoomed(view: MapView, factor: number, at: Point, whole: MapView): MapView {
  const scale = Math.min(
    whole.scale * ZOOM.most,
    Math.max(whole.scale * ZOOM.least, view.scale * factor),
  );
  const ratio = scale / view.scale;
  return { scale, x: at.x - (at.x - view.x) * ratio, y: at.y - (at.y - view.y) * ratio };
}

/** A position on screen, in pixels of the drawing. */
export interface Point {
  x: number;
  y: number;
}

export const moved = (view: MapView, across: number, down: number): MapView => ({
  ...view,
  x: view.x + across,
  y: view.y + down,
});

/** Where a point of the map is on screen. */
export const onScreen = (view: MapView, places: Float32Array, row: number): Point => ({
  x: places[2 * row]! * view.scale + view.x,
  y: places[2 * row + 1]! * view.scale + view.y,
});

/** The place on the map of a position on screen. */
export const onMap = (view: MapView, { x, y }: Point): Point => ({
  x: (x - view.x) / view.scale,
  y: (y - view.y) / view.scale,
});

/** Moves a view as little as brings a position into the drawing. */
export function revealed(view: MapView, { x, y }: Point, { width, height }: Size): MapView {
  const shift = (value: number, side: number) =>
    Math.min(Math.max(value, MARGIN), Math.max(MARGIN, side - MARGIN)) - value;
  return moved(view, shift(x, width), shift(y, height));
}
