/** Calls about the faces and images of a stored run, answered by the engine. */
import type { Clustering, FaceOrder } from '../../domain/clustering';
import type { Comparison } from '../../domain/comparison';
import type { FaceAnswer, FaceCard, PhotoView } from '../../domain/faces';
import type { FaceMap } from '../../domain/face-map';
import { type ClusteringSettings, METHODS } from '../../domain/settings';
import type { CallOptions, EngineClient } from '../../engine/client';
import type { EngineCalls } from '../../protocol/engine';

/** Range of the numbers of clusters in a comparison, as in the original work. */
const COMPARED = { from: 2, to: 50 };

export class RunQueries {
  /**
   * @param engine throws while the run may not start anything.
   * @param storeDir folder of the cache.
   */
  constructor(
    private readonly engine: () => EngineClient,
    private readonly runDir: string,
    private readonly storeDir: string,
  ) {}

  /** Clusters the faces; makes their embeddings before, where the settings want them. */
  async cluster(settings: ClusteringSettings, options: CallOptions): Promise<Clustering> {
    await this.embedIfWanted(settings, options);
    return this.engine().call('cluster', { runDir: this.runDir, settings }, options);
  }

  /** Compares all clustering methods, like `cluster`. */
  async compare(settings: ClusteringSettings, options: CallOptions): Promise<Comparison> {
    await this.embedIfWanted(settings, options);
    const { runDir } = this;
    const params = { methods: [...METHODS], ...COMPARED, outDir: undefined, settings, runDir };
    return this.engine().call('compare', params, options);
  }

  /** A page of the faces of a cluster. */
  async faces(
    cluster: number,
    order: FaceOrder,
    start: number,
    count: number,
  ): Promise<FaceCard[]> {
    return this.engine().call('page', { runDir: this.runDir, cluster, order, start, count });
  }

  /** A part of the faces that meet conditions. */
  async ask(question: Omit<EngineCalls['ask']['params'], 'runDir'>): Promise<FaceAnswer> {
    return this.engine().call('ask', { ...question, runDir: this.runDir });
  }

  /** Faces by their rows. */
  async faceCards(rows: number[]): Promise<FaceCard[]> {
    return this.engine().call('faceCards', { runDir: this.runDir, rows });
  }

  /** The map of all faces. */
  async places(options: CallOptions): Promise<FaceMap> {
    return this.engine().call('places', { runDir: this.runDir }, options);
  }

  /** The map of all faces, with those alike together. */
  async arrangedPlaces(options: CallOptions): Promise<FaceMap> {
    return this.engine().call('arrangedPlaces', { runDir: this.runDir }, options);
  }

  /** Probability of an attribute of each face. */
  async attributeValues(attribute: string): Promise<Uint8Array> {
    return this.engine().call('attributeValues', { runDir: this.runDir, attribute });
  }

  /** The faces that are most alike to one, `count` at most. */
  async alike(row: number, count: number): Promise<EngineCalls['alike']['result']> {
    return this.engine().call('alike', { runDir: this.runDir, row, count });
  }

  /** The photo of a face, with all faces in it. */
  async photo(row: number): Promise<PhotoView> {
    return this.engine().call('photo', { runDir: this.runDir, row });
  }

  /** The path of the image of a face. */
  async locate(row: number): Promise<{ path: string; name: string }> {
    return this.engine().call('locate', { runDir: this.runDir, row });
  }

  /** The paths of the images of a cluster. */
  async clusterPaths(cluster: number): Promise<string[]> {
    return this.engine().call('clusterPaths', { runDir: this.runDir, cluster });
  }

  /** Copies the images of a cluster into a folder. */
  async copyImages(
    cluster: number,
    outDir: string,
    options: CallOptions,
  ): Promise<EngineCalls['copyImages']['result']> {
    return this.engine().call('copyImages', { runDir: this.runDir, cluster, outDir }, options);
  }

  async export(
    target: Omit<EngineCalls['export']['params'], 'runDir'>,
    options: CallOptions,
  ): Promise<EngineCalls['export']['result']> {
    return this.engine().call('export', { ...target, runDir: this.runDir }, options);
  }

  /** Writes the run into one file. @returns its size, in bytes. */
  async pack(file: string, options: CallOptions): Promise<number> {
    const params = { runDir: this.runDir, file, overwrite: true };
    return (await this.engine().call('pack', params, options)).bytes;
  }

  private async embedIfWanted({ features }: ClusteringSettings, options: CallOptions) {
    const { runDir, storeDir } = this;
    if (features === 'embedding') await this.engine().call('embed', { runDir, storeDir }, options);
  }
}
