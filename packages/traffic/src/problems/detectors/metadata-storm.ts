import { clientDetector } from "../client-detector.ts";
import type { Detector } from "../detector.ts";
import { count, duration } from "../figures.ts";
import { thresholds } from "../thresholds.ts";

const { requestsPerConnectionAbove, requestsAbove, requestsPerConnectionFrom } = thresholds.metadataStorm;

export const metadataStorm: Detector = clientDetector({
  kind: "metadata-storm",
  severity: "warning",
  advice:
    "Look for a client that is made anew for each message, a topic that does not exist, or a metadata.max.age.ms (topic.metadata.refresh.interval.ms) that is too small.",
  summarize({ more, connections, seconds }) {
    const requests = more.metadataRequests;
    const each = requests / connections;
    const storm =
      each > requestsPerConnectionAbove || (requests > requestsAbove && each >= requestsPerConnectionFrom);
    if (!storm) return undefined;
    return `${count(requests)} Metadata requests in ${duration(seconds * 1_000)}, ${count(each)} a connection`;
  },
});
