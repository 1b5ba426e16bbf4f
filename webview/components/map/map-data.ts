/** What a map shows: requested when it is first shown, and again for each clustering. */
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { FaceMap } from '../../../src/domain/face-map';
import type { Source } from '../../source';

interface Host extends ReactiveControllerHost {
  readonly source: Source;
  readonly generation: number;
}

export class MapData implements ReactiveController {
  /** Undefined until it has arrived. */
  map: FaceMap | undefined;
  /** Why there is no map; empty where it is there or on its way. */
  problem = '';
  /** Whether the faces are being arranged, while they lie by axes. */
  isArranging = false;
  /** Why they were not. */
  arrangeProblem = '';
  /** Why the values of an attribute are missing. */
  attributeProblem = '';

  private loading: AbortController | undefined;
  private isLoading = false;
  private loaded: number | undefined;
  private readonly values = new Map<string, Uint8Array | 'loading'>();

  constructor(private readonly host: Host) {
    host.addController(this);
  }

  hostUpdate(): void {
    if (this.loaded !== this.host.generation) void this.load();
  }

  /** What has arrived is kept, if the map is shown again; what has not is asked for then. */
  hostDisconnected(): void {
    if (!this.isLoading && !this.isArranging) return;
    this.loading?.abort();
    this.loaded = undefined;
  }

  /** Whether the map is of an earlier clustering, and its rows may be of an earlier run. */
  get isOutdated(): boolean {
    return this.isLoading || this.problem !== '';
  }

  /** Requests the map. That of an earlier clustering stays until the new one is there. */
  async load(): Promise<void> {
    this.loading?.abort();
    const { signal } = (this.loading = new AbortController());
    this.isLoading = true;
    this.loaded = this.host.generation;
    this.problem = '';
    this.isArranging = false;
    this.arrangeProblem = '';
    this.attributeProblem = '';
    this.values.clear();
    this.host.requestUpdate();
    try {
      const map = await this.host.source.places(signal);
      if (!signal.aborted) this.map = map;
    } catch (error) {
      if (!signal.aborted) this.problem = messageOf(error);
    }
    if (signal.aborted) return;
    this.isLoading = false;
    this.host.requestUpdate();
    if (this.map?.arrangement === 'axes' && this.problem === '') await this.arrange();
  }

  /** Asks for a better arrangement than that by axes. */
  async arrange(): Promise<void> {
    const signal = this.loading?.signal;
    if (signal === undefined || this.isArranging) return;
    this.isArranging = true;
    this.arrangeProblem = '';
    this.host.requestUpdate();
    try {
      const map = await this.host.source.arrangedPlaces(signal);
      if (!signal.aborted) this.map = map;
    } catch (error) {
      if (!signal.aborted) this.arrangeProblem = messageOf(error);
    }
    if (signal.aborted) return;
    this.isArranging = false;
    this.host.requestUpdate();
  }

  /** Probability of an attribute of each face, 0 to 255; undefined until they have arrived. */
  valuesOf(attribute: string): Uint8Array | undefined {
    const known = this.values.get(attribute);
    if (known === undefined) void this.loadValues(attribute);
    return known instanceof Uint8Array ? known : undefined;
  }

  /** Requests values again that could not be had. */
  retryValues(): void {
    for (const [name, value] of [...this.values]) if (value === 'loading') this.values.delete(name);
    this.attributeProblem = '';
    this.host.requestUpdate();
  }

  private async loadValues(attribute: string): Promise<void> {
    const { loaded } = this;
    this.values.set(attribute, 'loading');
    try {
      const values = await this.host.source.attributeValues(attribute);
      if (loaded !== this.loaded) return;
      this.values.set(attribute, values);
    } catch (error) {
      // It stays marked, so that rendering does not request it in a loop.
      if (loaded === this.loaded) this.attributeProblem = messageOf(error);
    }
    this.host.requestUpdate();
  }
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
