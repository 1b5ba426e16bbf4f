/** The single-linkage tree of a minimum spanning tree. */
import { createForest, rootOf } from './union-find';

export interface Edge {
  a: number;
  b: number;
  distance: number;
}

/** A binary tree. Nodes below `leaves` are vectors, node `leaves + i` is merge `i`. */
export interface LinkageTree {
  leaves: number;
  /** The two children of each merge, the lowest merge first. */
  children: (readonly [number, number])[];
  /** Distance of the children of each merge. */
  distances: Float64Array;
  /** Rows below each node, `[leaves + merges]`. */
  sizes: Float64Array;
}

/**
 * @param edges in ascending order of distance.
 * @param counts multiplicity of each vector.
 */
export function singleLinkageTree(edges: readonly Edge[], counts: Float64Array): LinkageTree {
  const leaves = counts.length;
  const sizes = new Float64Array(leaves + edges.length);
  sizes.set(counts);
  const forest = createForest(leaves + edges.length);
  const children = edges.map(({ a, b }, i) => {
    const pair = [rootOf(forest, a), rootOf(forest, b)] as const;
    const node = leaves + i;
    forest[pair[0]] = forest[pair[1]] = node;
    sizes[node] = sizes[pair[0]]! + sizes[pair[1]]!;
    return pair;
  });
  const distances = Float64Array.from(edges, ({ distance }) => distance);
  return { leaves, children, distances, sizes };
}

/** The vectors below a node. */
export function leavesBelow({ leaves, children }: LinkageTree, top: number): number[] {
  const found: number[] = [];
  const stack = [top];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (node < leaves) found.push(node);
    else stack.push(...children[node - leaves]!);
  }
  return found;
}
