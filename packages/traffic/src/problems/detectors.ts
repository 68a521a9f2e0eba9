import type { Detector } from "./detector.ts";
import { acksZero } from "./detectors/acks-zero.ts";
import { commitPerRecord } from "./detectors/commit-per-record.ts";
import { emptyFetches } from "./detectors/empty-fetches.ts";
import { hotPartition } from "./detectors/hot-partition.ts";
import { movingLeaders } from "./detectors/leader-moves.ts";
import { metadataStorm } from "./detectors/metadata-storm.ts";
import { noCompression } from "./detectors/no-compression.ts";
import { oldProtocol } from "./detectors/old-protocol.ts";
import { plaintext } from "./detectors/plaintext.ts";
import { rebalanceLoop } from "./detectors/rebalance-loop.ts";
import { reconnectLoop } from "./detectors/reconnect-loop.ts";
import { tinyBatches } from "./detectors/tiny-batches.ts";

/** One for each of `problemKinds`. */
export const detectors: readonly Detector[] = [
  tinyBatches,
  noCompression,
  acksZero,
  metadataStorm,
  reconnectLoop,
  rebalanceLoop,
  hotPartition,
  emptyFetches,
  commitPerRecord,
  oldProtocol,
  plaintext,
  movingLeaders,
];
