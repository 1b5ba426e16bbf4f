/** Tasks that make the pictures of clusters in worker threads. */
import type { ClusterPictures, CropSize, FaceComponents } from '../domain/faces';
import type { RunTask, TaskHandlers } from '../util/tasks';
import { findCopies } from './copies/find-copies';
import { faceComponents, type FaceSample } from './face-components';
import { eigenfaces, type FaceStatistics } from './eigenfaces';
import { montage } from './montage';
import { type BatchResult, collectStrips, type StripBatch } from './strip-batch';

export interface PictureTasks {
  /** Decodes strips of crops, and adds up their faces. */
  collect: { params: StripBatch; result: BatchResult };
  eigenfaces: { params: FaceStatistics; result: Omit<ClusterPictures, 'cluster' | 'faces'> };
  copies: { params: { looks: Uint8Array; order: Int32Array }; result: Int32Array };
  components: { params: FaceSample; result: FaceComponents };
  montage: { params: { tiles: Uint8Array; size: CropSize }; result: Uint8Array };
}

export type RunPictureTask = RunTask<PictureTasks>;

export const pictureTasks: TaskHandlers<PictureTasks> = {
  collect: collectStrips,
  eigenfaces,
  copies: ({ looks, order }) => Promise.resolve(findCopies(looks, order)),
  components: (sample) => Promise.resolve(faceComponents(sample)),
  montage: ({ tiles, size }) => montage(tiles, size),
};
