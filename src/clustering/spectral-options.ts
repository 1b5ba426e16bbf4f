/** Choices of spectral clustering, apart so that checking settings loads no linear algebra. */
export const AFFINITIES = ['rbf', 'nearest_neighbors'] as const;
export const ASSIGN_LABELS = ['kmeans', 'cluster_qr'] as const;
