/** The faces and the clusters that the user has selected, for what is done with several at once. */
import type { LitElement, ReactiveController } from 'lit';
import type { FocusedView } from '../focus';
import { ChooseCluster } from './cluster-events';
import { SelectFaces } from './select-faces';

/** Views in which there is something to select. */
const FOCUSED_VIEWS = 'fc-cluster-view, fc-answer-view, fc-overview';

/** Follows the events of its host's elements, and has the host drawn again. */
export class Selected implements ReactiveController {
  /** Rows of the faces. */
  faces: ReadonlySet<number> = new Set();
  /** Ids of the clusters that are chosen for an action, the first one first. */
  clusters: ReadonlySet<number> = new Set();
  /** The cluster to whose card the focus goes when the bar of the selection closes under it. */
  private leading: number | undefined;
  private barHadFocus = false;

  constructor(private readonly host: LitElement) {
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

  hostUpdate() {
    this.barHadFocus = this.host.shadowRoot?.activeElement?.localName === 'fc-selection-bar';
  }

  /** The bar closes when nothing is selected any more, and its button takes the focus along. */
  hostUpdated() {
    if (this.barHadFocus && this.isEmpty) void this.focusView();
    if (!this.isEmpty) [this.leading] = this.clusters;
  }

  private async focusView() {
    const view = this.host.renderRoot.querySelector<FocusedView>(FOCUSED_VIEWS);
    await view?.updateComplete;
    if (view?.focusCard !== undefined && this.leading !== undefined)
      await view.focusCard(this.leading);
    else view?.focusStart();
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
