/** Calls of the engine about the image files of clusters. */
import type { CopyKind } from '../domain/copies';
import type { Failure } from '../domain/run';

/** Parameters and result of each call. */
export interface CopyCalls {
  /** Paths of the images of a cluster without repetitions, the most typical faces first. */
  clusterPaths: { params: { runDir: string; cluster: number }; result: string[] };
  /**
   * Copies the images of a cluster into a folder, or links them there, without replacing files. All
   * clusters, for `null`, get a folder each below it.
   */
  copyImages: {
    params: { runDir: string; cluster: number | null; outDir: string; as?: CopyKind };
    /**
     * `there`: number of images that the folder already had. `folder`: the real path of `outDir`,
     * which may be a link. `refused`: why links cannot be made there, for people.
     */
    result: {
      copied: number;
      there: number;
      failures: Failure[];
      folder: string;
      refused?: string;
    };
  };
}
