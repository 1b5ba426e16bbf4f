/** The picture of a map with everything a user does on it. */
import type { FaceMap } from '../../../src/domain/face-map';
import { clusterPalette, clusterShades, type OwnColors, packedColors, rampColors } from './colors';
import { Gestures, type SelectionMode } from './gestures';
import { MapPainter } from './painter';
import { marksOf } from './raster';
import { nextPoint, PointGrid, pointsInside } from './search';
import { glide } from './glide';
import { isDark, isMotionReduced, paintOf, watchTheme } from './theme';
import {
  type Bounds,
  boundsOf,
  fitted,
  moved,
  onMap,
  onScreen,
  type Point,
  revealed,
  zoomed,
} from './view';

export interface StageListener {
  isLassoOn: () => boolean;
  /** A face is under the pointer, or the arrow keys went to it; −1 for none. */
  onLook: (row: number, byKey: boolean) => void;
  /** A face is to be shown; its image beside the panel if `isBeside`. */
  onOpen: (row: number, isBeside: boolean) => void;
  onToggle: (row: number) => void;
  /** The theme changed, and with it the colors of attributes. */
  onTheme: () => void;
  onLasso: (rows: number[], mode: SelectionMode) => void;
}

/** Distance from a point at which the pointer is on it, in pixels. */
const HOVER_PIXELS = 10;
/** Pixels that an arrow key goes at least, if there is a point. */
const KEY_PIXELS = 8;
const KEY_ZOOM = 1.5;

const ARROWS: Record<string, Point> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
};

export class MapStage {
  private readonly painter: MapPainter;
  private readonly gestures: Gestures;
  private readonly resizes = new ResizeObserver(() => {
    this.resize();
  });
  private unwatch: () => void = () => undefined;

  private map: FaceMap | undefined;
  private selection: ReadonlySet<number> | undefined;
  private values: Uint8Array | undefined;
  private own: OwnColors = new Map();
  private grid: PointGrid | undefined;
  private bounds: Bounds = boundsOf(new Float32Array());
  /** Whether the whole map is shown, also when its size changes. */
  private isWhole = true;

  constructor(
    private readonly element: HTMLElement,
    private readonly listener: StageListener,
  ) {
    const [points, above] = element.querySelectorAll('canvas');
    this.painter = new MapPainter(points!, above!);
    this.gestures = new Gestures(element, {
      isLassoOn: listener.isLassoOn,
      doesWheelZoom: () => element.matches(':focus'),
      onPan: (across, down) => {
        this.isWhole = false;
        this.painter.view = moved(this.painter.view, across, down);
        this.painter.draw(true);
      },
      onZoom: (factor, at) => {
        this.zoom(factor, at);
      },
      onHover: (at) => {
        this.hover(at);
      },
      onClick: (at, event) => {
        this.click(at, event);
      },
      onLassoMoves: (line) => {
        this.painter.overlay.lasso = line;
        this.painter.drawOverlay();
      },
      onLasso: (line, mode) => {
        this.lasso(line, mode);
      },
    });
    element.addEventListener('keydown', this.onKey);
    this.start();
  }

  /** Follows the size and the theme of the page. */
  start(): void {
    this.unwatch();
    this.unwatch = watchTheme(() => {
      this.color();
      this.listener.onTheme();
    });
    this.resizes.observe(this.element);
    this.color();
  }

  stop(): void {
    this.endGlide();
    this.painter.stop();
    this.resizes.disconnect();
    this.unwatch();
  }

  /** @param by values of an attribute, or the colors that clusters were given. */
  show(map: FaceMap | undefined, selection: ReadonlySet<number>, by: Uint8Array | OwnColors): void {
    if (map === undefined) return;
    const [values, own] = by instanceof Uint8Array ? [by, this.own] : [undefined, by];
    const isOther = map !== this.map;
    const isColored = isOther || values !== this.values || own !== this.own;
    const isMarked = isOther || selection !== this.selection;
    if (!isColored && !isMarked) return;
    if (isOther) this.place(map, this.map);
    [this.map, this.values, this.own, this.selection] = [map, values, own, selection];
    if (isColored) this.color();
    if (isMarked) this.painter.scene.marks = marksOf(selection, map.clusters.length);
    this.painter.draw();
  }

  private place(map: FaceMap, before: FaceMap | undefined) {
    const { painter } = this;
    this.grid = new PointGrid(map.places);
    this.bounds = boundsOf(map.places);
    painter.overlay = { current: -1, hovered: -1, lasso: [] };
    this.fit();
    // Faces of another clustering are not those of before.
    const isSame = before?.arrangement === 'axes' && before.clusters.length === map.clusters.length;
    this.endGlide();
    if (isSame && map.arrangement === 'neighbors' && !isMotionReduced())
      this.glide = glide(before.places, map.places, (places, isMoving) => {
        painter.scene.places = places;
        painter.draw(isMoving);
      });
    else painter.scene.places = map.places;
  }

  /** Ends a movement of the points. */
  private endGlide() {
    const { glide } = this;
    this.glide = () => undefined;
    glide();
  }

  private glide: () => void = () => undefined;

  /** Takes the colors of the theme, and those of the faces. */
  private color() {
    const { painter, map, values } = this;
    painter.paint = paintOf(this.element.querySelector('canvas')!);
    if (map === undefined) return;
    painter.scene.shades =
      values === undefined ? clusterShades(map.clusters) : new Uint32Array(values);
    painter.scene.palette =
      values === undefined ? clusterPalette(map.clusters, this.own) : packedColors(this.ramp(256));
    painter.draw();
  }

  /** Colors of an attribute, from low to high. */
  ramp(steps: number): string[] {
    return rampColors(isDark(this.painter.paint), steps);
  }

  private resize() {
    const { clientWidth: width, clientHeight: height } = this.element;
    if (width === 0 || height === 0) return;
    this.painter.resize({ width, height });
    this.painter.whole = fitted(this.bounds, this.painter.size);
    if (this.isWhole) this.fit();
  }

  /** Shows the whole map. */
  fit(): void {
    this.isWhole = true;
    this.painter.whole = fitted(this.bounds, this.painter.size);
    this.painter.view = this.painter.whole;
    this.painter.draw();
  }

  /** @param at what stays in its place; by default the middle. */
  zoom(factor: number, at?: Point): void {
    const { painter } = this;
    const middle = { x: painter.size.width / 2, y: painter.size.height / 2 };
    this.isWhole = false;
    this.hover(undefined);
    painter.view = zoomed(painter.view, factor, at ?? middle, painter.whole);
    painter.draw(true);
  }

  /** Where a face is, in pixels from the upper left corner. */
  positionOf(row: number): Point {
    return onScreen(this.painter.view, this.painter.scene.places, row);
  }

  private rowAt(at: Point): number {
    const { view, radius } = this.painter;
    return this.grid?.nearest(onMap(view, at), Math.max(HOVER_PIXELS, radius) / view.scale) ?? -1;
  }

  private hover(at: Point | undefined) {
    const row = at === undefined ? -1 : this.rowAt(at);
    if (row === this.painter.overlay.hovered) return;
    this.painter.overlay.hovered = row;
    this.painter.drawOverlay();
    this.listener.onLook(row, false);
  }

  private click(at: Point, event: PointerEvent) {
    this.element.focus();
    const row = this.rowAt(at);
    const isSecond = performance.now() - this.clicked.time < 400;
    this.clicked = { time: performance.now() };
    if (row < 0) {
      if (isSecond) this.fit();
      return;
    }
    this.painter.overlay.current = row;
    this.painter.drawOverlay();
    if (event.shiftKey || event.altKey || this.listener.isLassoOn()) this.listener.onToggle(row);
    else this.listener.onOpen(row, event.ctrlKey || event.metaKey);
  }

  private clicked = { time: -Infinity };

  private lasso(line: readonly Point[], mode: SelectionMode) {
    if (this.map === undefined) return;
    const outline = line.map((at) => onMap(this.painter.view, at));
    this.listener.onLasso(pointsInside(this.map.places, outline), mode);
  }

  // ------------------------------------------------------------------------------------------ keys

  private readonly onKey = (event: KeyboardEvent) => {
    if (event.target !== this.element || event.altKey || event.ctrlKey || event.metaKey) return;
    const act = this.actionOf(event.key);
    if (act === undefined || this.map === undefined) return;
    event.preventDefault();
    act();
  };

  private actionOf(key: string): (() => void) | undefined {
    const { current } = this.painter.overlay;
    const zoom = (factor: number) => () => {
      this.zoom(factor, current < 0 ? undefined : this.positionOf(current));
    };
    const direction = ARROWS[key];
    if (direction !== undefined)
      return () => {
        this.goTo(this.nextOf(direction));
      };
    if (key === '+' || key === '=') return zoom(KEY_ZOOM);
    if (key === '-') return zoom(1 / KEY_ZOOM);
    if (key === '0') return this.fit.bind(this);
    if (key === 'Escape') return this.gestures.cancel() ? () => undefined : undefined;
    if (current < 0) return undefined;
    if (key === 'Enter')
      return () => {
        this.listener.onOpen(current, false);
      };
    if (key === ' ')
      return () => {
        this.listener.onToggle(current);
      };
    return undefined;
  }

  private nextOf(direction: Point): number {
    const { view, size, overlay } = this.painter;
    if (overlay.current >= 0)
      return nextPoint(this.map!.places, overlay.current, direction, KEY_PIXELS / view.scale);
    const middle = onMap(view, { x: size.width / 2, y: size.height / 2 });
    return this.grid?.nearest(middle, 2) ?? -1;
  }

  private goTo(row: number) {
    if (row < 0) return;
    const { painter } = this;
    painter.overlay = { ...painter.overlay, current: row, hovered: -1 };
    const view = revealed(painter.view, this.positionOf(row), painter.size);
    if (view.x !== painter.view.x || view.y !== painter.view.y) this.isWhole = false;
    painter.view = view;
    painter.draw();
    this.listener.onLook(row, true);
  }
}
