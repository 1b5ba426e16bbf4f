/** What cards and views ask of the panel. */
import type { CorrectionRequest } from '../../src/domain/corrections';
import type { Condition } from '../../src/domain/question';

/** Asks for a correction; bubbles up to the panel. */
export class Correct extends Event {
  static readonly type = 'fc-correct';
  constructor(readonly request: CorrectionRequest) {
    super(Correct.type, { bubbles: true, composed: true });
  }
}

/** Asks for the faces that meet conditions; bubbles up to the panel. */
export class Ask extends Event {
  static readonly type = 'fc-ask';
  constructor(readonly conditions: readonly Condition[]) {
    super(Ask.type, { bubbles: true, composed: true });
  }
}

/** Asks to show a cluster beside another; bubbles up to the panel. */
export class CompareClusters extends Event {
  static readonly type = 'fc-compare-clusters';
  /** @param other undefined for the one that is most like it. */
  constructor(
    readonly cluster: number,
    readonly other?: number,
  ) {
    super(CompareClusters.type, { bubbles: true, composed: true });
  }
}

/** Adds a cluster to those chosen for an action, or removes it; bubbles up to the panel. */
export class ChooseCluster extends Event {
  static readonly type = 'fc-choose-cluster';
  constructor(
    readonly cluster: number,
    readonly chosen: boolean,
  ) {
    super(ChooseCluster.type, { bubbles: true, composed: true });
  }

  appliedTo(clusters: ReadonlySet<number>): ReadonlySet<number> {
    const result = new Set(clusters);
    if (this.chosen) result.add(this.cluster);
    else result.delete(this.cluster);
    return result;
  }
}

/** Types of data that are dragged: rows of faces, or a cluster, as JSON. */
export const DRAGGED_FACES = 'application/x-face-clusters-faces';
export const DRAGGED_CLUSTER = 'application/x-face-clusters-cluster';

/** What was dragged here, if it is of this panel. Data of others may be anything. */
export function dragged(data: DataTransfer | null): { rows?: number[]; cluster?: number } {
  const value = (type: string): unknown => {
    try {
      return JSON.parse(data?.getData(type) ?? '');
    } catch {
      return undefined;
    }
  };
  const isCount = (each: unknown): each is number => Number.isSafeInteger(each);
  const rows = value(DRAGGED_FACES);
  const cluster = value(DRAGGED_CLUSTER);
  if (Array.isArray(rows) && rows.length > 0 && rows.every(isCount)) return { rows };
  return isCount(cluster) ? { cluster } : {};
}
