/** The faces and the clusters that the user has selected, for what is done with several at once. */
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { ChooseCluster } from './cluster-events';
import { SelectFaces } from './select-faces';

/** Follows the events of its host's elements, and has the host drawn again. */
export class Selected implements ReactiveController {
  /** Rows of the faces. */
  faces: ReadonlySet<number> = new Set();
  /** Ids of the clusters that are chosen for an action, the first one first. */
  clusters: ReadonlySet<number> = new Set();

  constructor(private readonly host: ReactiveControllerHost & HTMLElement) {
    host.addController(this);
  }

  hostConnected() {
    this.host.addEventListener(SelectFaces.type, this.onSelect);
    this.host.addEventListener(ChooseCluster.type, this.onChoose);
  }

  hostDisconnected() {
    this.host.removeEventListener(SelectFaces.type, this.onSelect);
    this.host.removeEventListener(ChooseCluster.type, this.onChoose);
  }

  get isEmpty(): boolean {
    return this.faces.size === 0 && this.clusters.size === 0;
  }

  readonly clear = () => {
    this.clearFaces();
    this.clearClusters();
  };

  clearFaces(): void {
    this.faces = new Set();
    this.host.requestUpdate();
  }

  clearClusters(): void {
    this.clusters = new Set();
    this.host.requestUpdate();
  }

  private readonly onSelect = (event: Event) => {
    if (!(event instanceof SelectFaces)) return;
    this.faces = event.appliedTo(this.faces);
    this.host.requestUpdate();
  };

  private readonly onChoose = (event: Event) => {
    if (!(event instanceof ChooseCluster)) return;
    this.clusters = event.appliedTo(this.clusters);
    this.host.requestUpdate();
  };
}
