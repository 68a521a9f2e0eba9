import { clientDetector } from "../client-detector.ts";
import type { Detector } from "../detector.ts";
import { bytes, duration, percent } from "../figures.ts";
import { thresholds } from "../thresholds.ts";

const { bytesAbove, shareAbove } = thresholds.noCompression;

/** Bytes are counted by client, codecs by batch: the bytes are shared out evenly. */
export const noCompression: Detector = clientDetector({
  kind: "no-compression",
  severity: "warning",
  advice:
    "Set compression.type of the producer to lz4 or zstd: less to send, less to store, and less for each group that reads it. Leave it where records are compressed or encrypted already.",
  summarize({ more, seconds }) {
    const share = more.producedBatches > 0 ? Math.min(more.uncompressedBatches / more.producedBatches, 1) : 0;
    const uncompressed = more.producedBytes * share;
    if (!(uncompressed > bytesAbove && share > shareAbove)) return undefined;
    return `${bytes(uncompressed)} uncompressed in ${duration(seconds * 1_000)}, ${percent(share)} of batches`;
  },
});
