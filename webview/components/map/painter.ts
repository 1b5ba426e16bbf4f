/** Draws a map onto two canvases: its points, and above them what changes with the pointer. */
import { mixed, type Points, discOf, drawPoints, type Pass } from './raster';
import { type MapView, onScreen, type Point, type Size } from './view';

export interface Scene extends Points {
  palette: Uint32Array;
  /** 1 for faces that are selected; undefined where none is. */
  marks: Uint8Array | undefined;
}

/** What is drawn above the points. */
export interface Overlay {
  /** Row of the point that the arrow keys move; −1 for none. */
  current: number;
  /** Row of the point under the pointer; −1 for none. */
  hovered: number;
  /** Line of a lasso, in pixels of the page. */
  lasso: readonly Point[];
}

/** Colors of the theme. */
export interface Paint {
  /** 0xFFBBGGRR. */
  background: number;
  /** The same as a CSS color. */
  behind: string;
  foreground: string;
  focus: string;
  /** Of the middle of a point. */
  opacity: number;
}

/** Pixels that are drawn at most: a screen of high resolution has several times as many. */
const MOST_PIXELS = 2e6;
/** Time for a frame while the map moves, in milliseconds; points that take longer are left out. */
const FRAME_MS = 14;
/** Time after a movement when all points are drawn, in milliseconds. */
const REST_MS = 120;
/** Share of the color of points that are not selected, of 256. */
const FADED = 72;
/** Radius of a point in pixels of the page: the more room it has, the larger. */
const RADIUS = { least: 0.9, whole: 4, most: 7 } as const;

export class MapPainter {
  scene: Scene = {
    places: new Float32Array(),
    shades: new Uint32Array(),
    palette: new Uint32Array(),
    marks: undefined,
  };
  view: MapView = { scale: 1, x: 0, y: 0 };
  /** The view of the whole map. */
  whole: MapView = this.view;
  overlay: Overlay = { current: -1, hovered: -1, lasso: [] };
  paint: Paint = {
    background: 0xffffffff,
    behind: 'white',
    foreground: 'black',
    focus: 'blue',
    opacity: 0.85,
  };
  /** In pixels of the page. */
  size: Size = { width: 0, height: 0 };

  private frame: number | undefined;
  private rest: ReturnType<typeof setTimeout> | undefined;
  private picture: ImageData | undefined;
  /** Time in which all points are drawn, as far as known, in milliseconds. */
  private milliseconds = 0;
  private isMoving = false;

  constructor(
    private readonly points: HTMLCanvasElement,
    private readonly above: HTMLCanvasElement,
  ) {}

  /** @param size in pixels of the page. */
  resize(size: Size): void {
    this.size = size;
    const { width, height } = size;
    const ratio = Math.min(
      window.devicePixelRatio,
      Math.sqrt(MOST_PIXELS / Math.max(1, width * height)),
    );
    for (const canvas of [this.points, this.above]) {
      canvas.width = Math.max(1, Math.round(width * ratio));
      canvas.height = Math.max(1, Math.round(height * ratio));
    }
    this.picture = undefined;
    this.draw();
  }

  /** Draws in the next frame. @param isMoving whether more frames follow at once. */
  draw(isMoving = false): void {
    this.isMoving = isMoving;
    this.frame ??= requestAnimationFrame(() => {
      this.frame = undefined;
      this.drawNow();
    });
  }

  stop(): void {
    if (this.frame !== undefined) cancelAnimationFrame(this.frame);
    this.frame = undefined;
    clearTimeout(this.rest);
  }

  /** Radius of a point, in pixels of the page. */
  get radius(): number {
    const { width, height } = this.size;
    const room = Math.sqrt((width * height) / Math.max(1, this.scene.shades.length));
    const whole = Math.min(RADIUS.whole, Math.max(RADIUS.least, 0.35 * room));
    return Math.min(RADIUS.most, whole * Math.max(1, this.view.scale / this.whole.scale) ** 0.4);
  }

  private drawNow(): void {
    clearTimeout(this.rest);
    const step = this.isMoving ? Math.max(1, Math.ceil(this.milliseconds / FRAME_MS)) : 1;
    const start = performance.now();
    this.drawPoints(step);
    this.milliseconds = (performance.now() - start) * step;
    if (step > 1)
      this.rest = setTimeout(() => {
        this.draw();
      }, REST_MS);
    this.drawOverlay();
  }

  private drawPoints(step: number): void {
    const context = this.points.getContext('2d', { alpha: false })!;
    const { width, height } = this.points;
    this.picture ??= context.createImageData(width, height);
    const pixels = new Uint32Array(this.picture.data.buffer);
    const raster = { pixels, width, height };
    pixels.fill(this.paint.background);
    const ratio = width / Math.max(1, this.size.width);
    const { view, scene, paint } = this;
    const { palette, marks } = scene;
    const inPixels = { scale: view.scale * ratio, x: view.x * ratio, y: view.y * ratio };
    const pass = (changes: Partial<Pass>): Pass => ({
      palette,
      marks,
      mark: 0,
      step,
      disc: discOf(this.radius * ratio, paint.opacity),
      ...changes,
    });
    if (marks === undefined) drawPoints(raster, inPixels, scene, pass({}));
    else {
      const faded = palette.map((color) => mixed(paint.background, color, FADED));
      drawPoints(raster, inPixels, scene, pass({ palette: faded }));
      const disc = discOf(this.radius * ratio * 1.25, 1);
      drawPoints(raster, inPixels, scene, pass({ mark: 1, disc }));
    }
    context.putImageData(this.picture, 0, 0);
  }

  /** Draws what is above the points, at once. */
  drawOverlay(): void {
    const context = this.above.getContext('2d')!;
    const { width, height } = this.above;
    const ratio = width / Math.max(1, this.size.width);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, this.size.width, height / ratio);
    const { current, hovered, lasso } = this.overlay;
    if (hovered >= 0) this.drawRing(context, hovered, this.paint.foreground);
    if (current >= 0) this.drawRing(context, current, this.paint.focus);
    if (lasso.length > 1) this.drawLasso(context, lasso);
  }

  private drawRing(context: CanvasRenderingContext2D, row: number, color: string): void {
    if (row >= this.scene.shades.length) return;
    const { x, y } = onScreen(this.view, this.scene.places, row);
    context.setLineDash([]);
    context.beginPath();
    context.arc(x, y, this.radius + 5, 0, 2 * Math.PI);
    // Around the ring the background, so that it stands out from points of any color.
    for (const [style, width] of [
      [this.paint.behind, 6],
      [color, 2.5],
    ] as const) {
      context.strokeStyle = style;
      context.lineWidth = width;
      context.stroke();
    }
  }

  private drawLasso(context: CanvasRenderingContext2D, lasso: readonly Point[]): void {
    context.strokeStyle = this.paint.foreground;
    context.lineWidth = 1.5;
    context.setLineDash([5, 4]);
    context.beginPath();
    for (const { x, y } of lasso) context.lineTo(x, y);
    context.closePath();
    context.stroke();
  }
}
