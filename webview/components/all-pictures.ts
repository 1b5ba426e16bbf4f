/** The pictures of the clusters, as they arrive. */
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { ClusterPictures } from '../../src/domain/faces';
import type { Source } from '../source';

type PicturesById = ReadonlyMap<number, ClusterPictures>;

const NONE: PicturesById = new Map();

export class AllPictures implements ReactiveController {
  private generation = -1;
  private pictures: PicturesById = NONE;

  constructor(private readonly host: ReactiveControllerHost & { source: Source }) {
    host.addController(this);
  }

  hostConnected(): void {
    // What arrives makes the host render.
  }

  /** Those of a clustering. @param generation number of the clustering. */
  of(generation: number): PicturesById {
    return generation === this.generation ? this.pictures : NONE;
  }

  /** @param pictures of some clusters; they replace earlier ones of these. */
  add(generation: number, pictures: readonly ClusterPictures[]): void {
    const added = pictures.map((each) => [each.cluster, each] as const);
    this.pictures = new Map([...this.of(generation), ...added]);
    this.generation = generation;
    this.host.requestUpdate();
  }

  /** Requests the pictures of components that came without, such as of clusters that are opened. */
  complete(clusters: readonly (number | null)[]): void {
    for (const cluster of clusters) {
      const known = cluster === null ? undefined : this.pictures.get(cluster);
      const isIncomplete = known !== undefined && known.components.length < known.explained.length;
      if (isIncomplete && !this.requested.has(known)) void this.completeOne(known);
    }
  }

  private readonly requested = new WeakSet<ClusterPictures>();

  private async completeOne(known: ClusterPictures) {
    this.requested.add(known);
    const { generation } = this;
    const { cluster } = known;
    // the host has logged why there are none
    const components = await this.host.source.componentPictures(cluster).catch(() => []);
    const isCurrent = this.of(generation).get(cluster) === known;
    if (isCurrent && components.length > 0) this.add(generation, [{ ...known, components }]);
  }
}
