/** Disjoint sets of nodes (Tarjan 1975), with path compression. */

/** Parent of each node; roots are their own. */
export type Forest = Int32Array;

/** Every node is a root. */
export const createForest = (nodes: number): Forest =>
  Int32Array.from({ length: nodes }, (_, node) => node);

export function rootOf(forest: Forest, node: number): number {
  let root = node;
  while (forest[root] !== root) root = forest[root]!;
  while (forest[node] !== root) [forest[node], node] = [root, forest[node]!];
  return root;
}
