import type { Range } from "./ranges.ts";

/** Two releases that disagree on the bytes of a version: which one counts, and why that is right. */
export interface KnownDifference {
  readonly message: string;
  readonly versions: Range;
  readonly reason: string;
}

/**
 * Where an older folder's layout of a version differs from a newer one's, the newer one counts, but
 * only if the difference is listed here: bytes do not change under a version number otherwise.
 */
export const knownDifferences: readonly KnownDifference[] = [
  {
    message: "ReadShareGroupStateSummaryResponse",
    versions: [0, 0],
    reason: "was unstable up to 3.9, and changed before 4.0 made it stable",
  },
];

/** A version that an older folder alone defines and that is left out all the same. */
export interface DroppedVersions {
  readonly message: string;
  readonly versions: Range;
  readonly reason: string;
}

/**
 * Versions marked unstable in an older folder are always left out when the newer one does not have
 * them: they were changed or withdrawn before a release. This is for what the mark does not say.
 */
export const droppedVersions: readonly DroppedVersions[] = [];
