import { clientDetector } from "../client-detector.ts";
import type { Detector } from "../detector.ts";
import { count, duration } from "../figures.ts";
import { thresholds } from "../thresholds.ts";

const { recordsPerBatchBelow, batchesPerSecondAbove, batchesFrom } = thresholds.tinyBatches;

export const tinyBatches: Detector = clientDetector({
  kind: "tiny-batches",
  severity: "warning",
  advice:
    "Let the producer gather records before it sends: set linger.ms to a delay that does no harm, say 20 to 100, and send without waiting for each answer. Of clients without linger.ms, send several records in one call.",
  summarize({ more, seconds }) {
    const { producedRecords, producedBatches } = more;
    const mean = producedRecords / producedBatches;
    const busy = producedBatches >= batchesFrom && producedBatches > batchesPerSecondAbove * seconds;
    if (!(busy && mean < recordsPerBatchBelow)) return undefined;
    const each = mean === 1 ? "1 record in each batch" : `${count(mean)} records a batch`;
    return `${each}, ${count(producedBatches)} batches in ${duration(seconds * 1_000)}`;
  },
});
