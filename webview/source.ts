/** The data source of the components: the extension host, or the report that contains them. */
import type {
  AlikeAnswer,
  ClusterDistance,
  CopiesAnswer,
  FaceAnswer,
  FaceCard,
  FaceComponents,
  PhotoView,
  TypicalFaces,
} from '../src/domain/faces';
import type { ClusteringDifference } from '../src/domain/kept-clusterings';
import type { FaceMap } from '../src/domain/face-map';
import type { OverviewView, PanelAction, PanelCalls, PanelParams } from '../src/protocol/panel';

export interface Source {
  /** Faces of a cluster; a report contains only the most typical ones, in that order. */
  faces(part: PanelParams<'faces'>): Promise<FaceAnswer>;
  /** The most typical faces of a cluster; those of a report have their own pictures. */
  typicalFaces(part: PanelParams<'typicalFaces'>): Promise<TypicalFaces>;
  /** Faces that meet conditions; none in a report. */
  ask(question: PanelParams<'ask'>): Promise<FaceAnswer>;
  /** The copies among the faces; a report has none. */
  copies(start: number, count: number): Promise<CopiesAnswer | null>;
  /** The photo of a face; undefined in a report, which contains no photos. */
  photo(row: number): Promise<PhotoView | undefined>;
  /** The faces that are most alike to one; a report has none. */
  alike(row: number, count: number): Promise<AlikeAnswer>;
  /** Faces by their rows, in the given order; a report has none. */
  faceCards(rows: number[]): Promise<FaceCard[]>;
  /** How the clusters differ from those that are kept; a report has none. */
  difference(id: string): Promise<ClusteringDifference>;
  /** The map of all faces; a report has none. */
  places(signal: AbortSignal): Promise<FaceMap>;
  /** Arranges the faces so that those alike lie together, which takes seconds. */
  arrangedPlaces(signal: AbortSignal): Promise<FaceMap>;
  /** Probability of an attribute of each face, by its row: 0 to 255 stand for 0 to 1. */
  attributeValues(attribute: string): Promise<Uint8Array>;
  /** The components of a cluster's faces; a report has none. */
  faceComponents(cluster: number): Promise<FaceComponents>;
  /** PNGs of a cluster's components, where the pictures come without. */
  componentPictures(cluster: number): Promise<Uint8Array[]>;
  /** How far apart two clusters are; not known in a report. */
  clusterDistance(a: number, b: number): Promise<ClusterDistance>;
  /** Number of available faces of a cluster; a report contains only the first. */
  available(cluster: number, size: number): number;
  /** Shows a cluster; null: all clusters. */
  select(cluster: number | null): void;
  /** Width of the faces in grids, in pixels, as it was kept; it may be anything. */
  faceWidth(): number | undefined;
  /** Keeps it across a reload of the window. */
  keepFaceWidth(width: number): void;
  /** How the overview was shown last; undefined before anything of it was changed. */
  overview(): OverviewView | undefined;
  /** Keeps it while something else is shown, and across a reload of the window. */
  keepOverview(view: OverviewView): void;
  /** Requests something of the host; ignored in a report. */
  send<Name extends PanelAction>(name: Name, params: PanelCalls[Name]['params']): void;
  /** Whether the user can change anything; false in a report. */
  readonly live: boolean;
}

const urls = new WeakMap<Uint8Array, string>();

/** Bytes that become text at once: each is an argument of a call. */
const PART = 1 << 14;

/**
 * URL of an encoded image in memory, which holds it: to register one with the browser waits for
 * another process, and to load one from there takes several times as long as to decode a face.
 */
export function imageUrl(bytes: Uint8Array, type: 'image/jpeg' | 'image/png'): string {
  let url = urls.get(bytes);
  if (url === undefined) {
    url = dataUrl(bytes, type);
    urls.set(bytes, url);
  }
  return url;
}

/** The same where it is needed once. */
export function dataUrl(bytes: Uint8Array, type: 'image/jpeg' | 'image/png'): string {
  let text = '';
  for (let start = 0; start < bytes.length; start += PART)
    text += String.fromCharCode(...bytes.subarray(start, start + PART));
  return `data:${type};base64,${btoa(text)}`;
}
