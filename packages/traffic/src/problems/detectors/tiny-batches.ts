import { clientDetector } from "../client-detector.ts";
import type { Detector } from "../detector.ts";
import { count, duration } from "../figures.ts";
import { thresholds } from "../thresholds.ts";

const { recordsPerBatchBelow, batchesAbove } = thresholds.tinyBatches;

export const tinyBatches: Detector = clientDetector({
  kind: "tiny-batches",
  severity: "warning",
  advice:
    "Let the producer wait a moment for more records before it sends: set linger.ms to 5 or more, and send without waiting for each answer.",
  summarize({ more, seconds }) {
    const mean = more.producedRecords / more.producedBatches;
    if (!(more.producedBatches > batchesAbove && mean < recordsPerBatchBelow)) return undefined;
    return `${count(mean)} records a batch, ${count(more.producedBatches)} batches in ${duration(seconds * 1_000)}`;
  },
});
