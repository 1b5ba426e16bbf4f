/** Limits of a network file that comes from elsewhere. */
export const NETWORK_LIMITS = {
  /** Bytes of the file. Networks for faces have 10 to 350 MB (MobileNet to ViT-B in float32). */
  bytes: 1e9,
  /** Operators; a ViT-L has about 3,000. */
  nodes: 50_000,
  /** Largest size (pixels, repetitions) given to an operator by a constant. */
  size: 65_536,
  /** Values of a tensor whose shape is given by a constant. */
  values: 2 ** 28,
  /** Shortest and longest side of the network's input, in pixels. */
  side: { from: 8, to: 1024 },
  outputs: 10_000,
};
