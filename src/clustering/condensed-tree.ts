/** HDBSCAN's condensed cluster tree, and the selection of its most stable clusters. */
import { leavesBelow, type LinkageTree } from './single-linkage';

/** A cluster that exists over a range of densities. */
interface CondensedCluster {
  /** Index of the cluster it splits from; undefined for the root. */
  parent: number | undefined;
  /** Density (1 / distance) at which it appears. */
  birth: number;
  /** Sum over its rows of the difference between the density at which they leave and `birth`. */
  stability: number;
  /** Indices of the clusters it splits into, if it does. */
  children: number[];
  /** Vectors that leave it before it splits. */
  leaves: number[];
}

/**
 * Walks a tree from the root. Where a cluster falls into several parts, those of at least
 * `minClusterSize` rows are new clusters if there are two or more; if there is one, it is what
 * remains of the cluster. The vectors of the other parts leave. Equally long edges are removed at
 * once (Campello et al. 2015, algorithm 1), so their order does not matter.
 * @param core core distance of each vector.
 * @returns clusters, parents before children; empty where there are too few rows.
 */
export function condense(
  tree: LinkageTree,
  core: Float64Array,
  minClusterSize: number,
): CondensedCluster[] {
  const { leaves, root, children, distances, sizes } = tree;
  if (sizes[root]! < minClusterSize) return [];
  const clusters = [emptyCluster(undefined, 0)];
  const stack = [{ node: root, index: 0 }];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const { node, index } = next;
    const cluster = clusters[index]!;
    const leave = (leaf: number, density: number) => {
      cluster.leaves.push(leaf);
      cluster.stability += sizes[leaf]! * lifetime(density, cluster.birth);
    };
    if (node < leaves) {
      leave(node, 1 / core[node]!);
      continue;
    }
    const distance = distances[node - leaves]!;
    const density = 1 / distance;
    // Equal rows whose core distance is that of the split fall apart with it.
    const isCluster = (child: number) =>
      sizes[child]! >= minClusterSize && (child >= leaves || core[child]! < distance);
    const large = children[node - leaves]!.filter(isCluster);
    for (const child of children[node - leaves]!) {
      if (!isCluster(child)) {
        for (const leaf of leavesBelow(tree, child)) leave(leaf, density);
      } else if (large.length === 1) {
        stack.push({ node: child, index });
      } else {
        cluster.stability += sizes[child]! * lifetime(density, cluster.birth);
        cluster.children.push(clusters.length);
        stack.push({ node: child, index: clusters.length });
        clusters.push(emptyCluster(index, density));
      }
    }
  }
  return clusters;
}

/** 0 also where both are infinite: different vectors may have a cosine distance of 0. */
const lifetime = (density: number, birth: number) => (density === birth ? 0 : density - birth);

const emptyCluster = (parent: number | undefined, birth: number): CondensedCluster => ({
  parent,
  birth,
  stability: 0,
  children: [],
  leaves: [],
});

/**
 * Selects each cluster that is at least as stable as the best selection among its descendants. The
 * root is never selected.
 * @param leaves number of vectors.
 * @returns index of the selected cluster of each vector, −1 for noise.
 */
export function selectStable(clusters: readonly CondensedCluster[], leaves: number): Int32Array {
  const selected = new Uint8Array(clusters.length);
  const best = clusters.map(({ stability }) => stability);
  for (let i = clusters.length - 1; i > 0; i--) {
    const { children, stability } = clusters[i]!;
    const below = children.reduce((sum, child) => sum + best[child]!, 0);
    if (children.length === 0 || stability >= below) selected[i] = 1;
    else best[i] = below;
  }
  const labels = new Int32Array(leaves).fill(-1);
  const owner = new Int32Array(clusters.length).fill(-1);
  for (const [i, { parent, leaves: departed }] of clusters.entries()) {
    const inherited = parent === undefined ? -1 : owner[parent]!;
    owner[i] = inherited !== -1 ? inherited : selected[i] === 1 ? i : -1;
    for (const leaf of departed) labels[leaf] = owner[i]!;
  }
  return labels;
}
