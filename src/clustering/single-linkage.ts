/** The single-linkage tree of a minimum spanning tree. */
import { createForest, rootOf } from './union-find';

export interface Edge {
  a: number;
  b: number;
  distance: number;
}

/**
 * Nodes below `leaves` are vectors, node `leaves + i` is merge `i`. What is joined at the same
 * distance is one merge of all parts, whichever of the equally short edges connect them.
 */
export interface LinkageTree {
  leaves: number;
  root: number;
  /** The children of each merge; empty for merges that became part of another. */
  children: number[][];
  /** Distance at which the children of each merge are joined. */
  distances: number[];
  /** Rows below each node, `[leaves + merges]`. */
  sizes: number[];
}

/**
 * @param edges in ascending order of distance.
 * @param counts multiplicity of each vector.
 */
export function singleLinkageTree(edges: readonly Edge[], counts: Float64Array): LinkageTree {
  const leaves = counts.length;
  const sizes = Array.from(counts);
  const forest = createForest(leaves + edges.length);
  const children: number[][] = [];
  const distances: number[] = [];
  for (const { a, b, distance } of edges) {
    let [target, other] = [rootOf(forest, a), rootOf(forest, b)];
    const partsOf = (node: number) =>
      distances[node - leaves] === distance ? children[node - leaves]! : [];
    if (partsOf(target).length < partsOf(other).length) [target, other] = [other, target];
    if (partsOf(target).length === 0) {
      const node = leaves + children.length;
      forest[target] = node;
      children.push([target]);
      distances.push(distance);
      sizes.push(sizes[target]!);
      target = node;
    }
    const parts = children[target - leaves]!;
    if (partsOf(other).length === 0) parts.push(other);
    else {
      for (const part of partsOf(other)) parts.push(part);
      children[other - leaves] = [];
    }
    forest[other] = target;
    sizes[target]! += sizes[other]!;
  }
  return { leaves, root: rootOf(forest, 0), children, distances, sizes };
}

/** The vectors below a node. */
export function leavesBelow({ leaves, children }: LinkageTree, top: number): number[] {
  const found: number[] = [];
  const stack = [top];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (node < leaves) found.push(node);
    else for (const child of children[node - leaves]!) stack.push(child);
  }
  return found;
}
