import { clientDetector } from "../client-detector.ts";
import type { Detector } from "../detector.ts";
import { duration, many } from "../figures.ts";
import { thresholds } from "../thresholds.ts";

const { requestsFrom } = thresholds.acksZero;

export const acksZero: Detector = clientDetector({
  kind: "acks-0",
  severity: "warning",
  advice:
    "Nobody tells this producer when a record is lost. Set acks to all, or to 1 where a loss now and then is fine.",
  summarize({ more, seconds }) {
    if (more.unacknowledged < requestsFrom) return undefined;
    return `${many(more.unacknowledged, "Produce request")} with acks=0 in ${duration(seconds * 1_000)}`;
  },
});
