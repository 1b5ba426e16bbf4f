/** Calls about the faces and images of a stored run, answered by the engine. */
import type { Clustering } from '../../domain/clustering';
import type { Comparison } from '../../domain/comparison';
import type {
  ClusterDistance,
  ClusterPictures,
  CopiesAnswer,
  CopiesSummary,
  FaceAnswer,
  FaceCard,
  FaceComponents,
  PhotoView,
  TypicalFaces,
} from '../../domain/faces';
import type { ClusteringDifference, KeptClustering } from '../../domain/kept-clusterings';
import type { FaceMap } from '../../domain/face-map';
import type { RunManifest } from '../../domain/run';
import { type ClusteringSettings, METHODS } from '../../domain/settings';
import type { CallOptions, EngineClient } from '../../engine/client';
import type { EngineCalls } from '../../protocol/engine';

/** About how many faces the eigenfaces of a larger run are first made of. */
const PREVIEW_FACES = 8000;

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

  /** `EngineCalls.cluster`; makes embeddings before, where the settings want them. */
  async cluster(
    settings: ClusteringSettings,
    options: CallOptions,
    isFurtherTry = false,
  ): Promise<Clustering> {
    await this.embedIfWanted(settings, options);
    return this.engine().call('cluster', { runDir: this.runDir, settings, isFurtherTry }, options);
  }

  /** @param shown what a person looks at. */
  correct(
    request: EngineCalls['correct']['params']['request'],
    { manifest, clustering }: { manifest: RunManifest | null; clustering: Clustering | null },
    options: CallOptions,
  ): Promise<Clustering> {
    const { runDir } = this;
    const all = clustering?.clusters;
    const clusters = all?.map(({ id, size, medoid }) => [id, size, medoid] as const);
    const shown =
      manifest === null || clusters === undefined
        ? {}
        : { shown: { createdAt: manifest.createdAt, clusters } };
    return this.engine().call('correct', { runDir, request, ...shown }, options);
  }

  /** Compares all clustering methods, like `cluster`. */
  async compareAll(settings: ClusteringSettings, options: CallOptions): Promise<Comparison> {
    await this.embedIfWanted(settings, options);
    const params = { methods: [...METHODS], ...COMPARED, outDir: undefined, settings };
    return this.engine().call('compare', { ...params, runDir: this.runDir }, options);
  }

  /**
   * The eigenfaces of the clusters. Those of a large run are given twice, first of a part of its
   * faces.
   */
  async *pictures(faces: number): AsyncGenerator<ClusterPictures[]> {
    const { runDir } = this;
    if (faces > 2 * PREVIEW_FACES)
      yield await this.engine().call('pictures', { runDir, sample: PREVIEW_FACES });
    yield await this.engine().call('pictures', { runDir });
  }

  /** The copies among the faces; null where they are not known yet. */
  async copies(start: number, count: number): Promise<CopiesAnswer | null> {
    return this.engine().call('copies', { runDir: this.runDir, start, count });
  }

  /** Null where they are not known yet, and where there are none. */
  async copySummary(): Promise<CopiesSummary | null> {
    const { copies = 0, originals = 0 } = (await this.copies(0, 0)) ?? {};
    return copies === 0 ? null : { copies, originals };
  }

  async kept(): Promise<EngineCalls['kept']['result']> {
    return this.engine().call('kept', { runDir: this.runDir });
  }

  async keep(name: string): Promise<KeptClustering> {
    return this.engine().call('keep', { runDir: this.runDir, name });
  }

  async removeKept(id: string): Promise<void> {
    await this.engine().call('removeKept', { runDir: this.runDir, id });
  }

  /** How the clusters differ from those that are kept under an id. */
  async difference(id: string): Promise<ClusteringDifference> {
    return this.engine().call('difference', { runDir: this.runDir, id });
  }

  /** A page of the faces of a cluster. */
  async faces(part: Omit<EngineCalls['page']['params'], 'runDir'>): Promise<FaceAnswer> {
    return this.engine().call('page', { ...part, runDir: this.runDir });
  }

  /** The most typical faces of a cluster, small. */
  async typicalFaces(
    part: Omit<EngineCalls['typicalFaces']['params'], 'runDir'>,
  ): Promise<TypicalFaces> {
    return this.engine().call('typicalFaces', { ...part, runDir: this.runDir });
  }

  /** The leading principal components of the faces of a cluster. */
  async faceComponents(cluster: number): Promise<FaceComponents> {
    return this.engine().call('faceComponents', { runDir: this.runDir, cluster });
  }

  /** How far apart two clusters are. */
  async clusterDistance(clusters: [number, number]): Promise<ClusterDistance> {
    return this.engine().call('clusterDistance', { runDir: this.runDir, clusters });
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

  /** Copies the images of a cluster, or of all, into a folder. */
  async copyImages(
    params: Omit<EngineCalls['copyImages']['params'], 'runDir'>,
    options: CallOptions,
  ): Promise<EngineCalls['copyImages']['result']> {
    return this.engine().call('copyImages', { ...params, runDir: this.runDir }, options);
  }

  /** Writes XMP side-cars of all images. */
  async writeSidecars(
    params: Omit<EngineCalls['writeSidecars']['params'], 'runDir'>,
    options: CallOptions,
  ): Promise<EngineCalls['writeSidecars']['result']> {
    return this.engine().call('writeSidecars', { ...params, runDir: this.runDir }, options);
  }

  /** A chart as PNG. */
  async drawChart(svg: string): Promise<Uint8Array> {
    return this.engine().call('drawChart', { svg });
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
