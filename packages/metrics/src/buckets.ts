/** Seconds. One scale for every duration, so that they can be drawn over each other. */
export const latencyBuckets: readonly number[] = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30,
];

/** Bytes: 64 × 4ⁿ. One scale for every size of a frame. */
export const sizeBuckets: readonly number[] = Array.from({ length: 11 }, (_, n) => 64 * 4 ** n);
