/** Calls of the engine about the image files of clusters. */
import type { CopyKind } from '../domain/copies';
import type { Failure } from '../domain/run';
import type { SidecarCounts, SidecarStyle } from '../domain/sidecars';

/** Parameters and result of each call. */
export interface CopyCalls {
  /** Paths of the images of a cluster without repetitions, the most typical faces first. */
  clusterPaths: { params: { runDir: string; cluster: number }; result: string[] };
  /**
   * Copies the images of a cluster, or of some faces, into a folder, or links them there, without
   * replacing files. All clusters, for `null`, get a folder each below it.
   */
  copyImages: {
    params: {
      runDir: string;
      of: number | null | { rows: readonly number[] };
      outDir: string;
      as?: CopyKind;
      /** Writes XMP side-cars beside the copies; undefined for none. */
      sidecars?: SidecarStyle | undefined;
    };
    /**
     * `there`: number of images that the folder already had. `outdated`: number of those that were
     * copied earlier into the folders of other clusters and stay, if there are any. `folder`: the
     * real path of `outDir`, which may be a link. `refused`: why links cannot be made there, for
     * people.
     */
    result: {
      copied: number;
      there: number;
      outdated?: number;
      failures: Failure[];
      folder: string;
      refused?: string;
      /** Where side-cars were asked for. */
      sidecars?: SidecarCounts;
    };
  };
  /**
   * Writes XMP side-cars of all images with a face: beside the photos where `outDir` is null, which
   * only the user may ask for, or below a folder. None is replaced.
   */
  writeSidecars: {
    params: { runDir: string; outDir: string | null; style: SidecarStyle };
    result: SidecarCounts & { failures: Failure[] };
  };
}
