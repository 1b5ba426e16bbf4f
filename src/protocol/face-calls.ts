/** Calls of the engine about the faces of a run that was clustered. */
import type { FaceOrder } from '../domain/clustering';
import type {
  AlikeAnswer,
  ClusterDistance,
  CopiesAnswer,
  FaceAnswer,
  FaceCard,
  FaceComponents,
  PhotoView,
  SheetFaceWidth,
  TypicalFaces,
} from '../domain/faces';
import type { FaceMap } from '../domain/face-map';
import type { Condition, QuestionOrder } from '../domain/question';

export interface FaceCalls {
  /** A part of the faces of a cluster: `count` of them from position `start` of the order. */
  page: {
    params: {
      runDir: string;
      cluster: number;
      order: FaceOrder;
      /** Of the orders by an attribute. */
      attribute?: string | undefined;
      start: number;
      count: number;
      /** Whether copies are left out, where they are known: the first stands for all. */
      folded?: boolean | undefined;
    };
    result: FaceAnswer;
  };
  /**
   * The `count` most typical faces of a cluster on a sheet, `width` pixels each, with copies left
   * out.
   */
  typicalFaces: {
    params: { runDir: string; cluster: number; count: number; width: SheetFaceWidth };
    result: TypicalFaces;
  };
  /**
   * The copies among the faces, with a part of their groups: `count` of them from `start`, the
   * largest first. Null where they are not known: they are found with the pictures of the clusters.
   */
  copies: { params: { runDir: string; start: number; count: number }; result: CopiesAnswer | null };
  /** The leading principal components of the faces of a cluster. */
  faceComponents: { params: { runDir: string; cluster: number }; result: FaceComponents };
  /** How far apart two clusters are. */
  clusterDistance: {
    params: { runDir: string; clusters: [number, number] };
    result: ClusterDistance;
  };
  /** A part of the faces that meet conditions: `count` of them from position `start`. */
  ask: {
    params: {
      runDir: string;
      conditions: Condition[];
      order: QuestionOrder;
      start: number;
      count: number;
      /** As in `page`. */
      folded?: boolean | undefined;
    };
    result: FaceAnswer;
  };
  /** Faces by their rows, in the given order. */
  faceCards: { params: { runDir: string; rows: number[] }; result: FaceCard[] };
  /** The map of all faces: the one that was kept, or one by principal components. */
  places: { params: { runDir: string }; result: FaceMap };
  /** Arranges all faces so that those alike lie together, and keeps that map with the run. */
  arrangedPlaces: { params: { runDir: string }; result: FaceMap };
  /** Probability of an attribute of each face, by its row: 0 to 255 stand for 0 to 1. */
  attributeValues: { params: { runDir: string; attribute: string }; result: Uint8Array };
  /**
   * The other faces of a run that are most alike to one, the nearest first, equally near ones by
   * their rows: by embeddings if the run has them, else by the probabilities of all attributes.
   * @param count at most, from 1 to 1000.
   */
  alike: {
    params: { runDir: string; row: number; count: number };
    result: AlikeAnswer;
  };
  /** The photo that a face is in, with all its faces. */
  photo: { params: { runDir: string; row: number }; result: PhotoView };
  /** Path of the image of a face, and its name for display. */
  locate: { params: { runDir: string; row: number }; result: { path: string; name: string } };
}
