import { clientDetector } from "../client-detector.ts";
import type { Detector } from "../detector.ts";
import { count } from "../figures.ts";
import { thresholds } from "../thresholds.ts";

const { perSecondAbove, perSecondAndConnectionAbove } = thresholds.emptyFetches;

export const emptyFetches: Detector = clientDetector({
  kind: "empty-fetches",
  severity: "warning",
  advice:
    "Let the broker hold a fetch until there is something to read: raise fetch.max.wait.ms (fetch.wait.max.ms, maxWaitTimeInMs), whose default is 500, and let fetch.min.bytes be at least 1.",
  summarize({ more, connections, seconds }) {
    const rate = seconds > 0 ? more.emptyFetches / seconds : 0;
    if (!(rate > perSecondAbove && rate / connections > perSecondAndConnectionAbove)) return undefined;
    return `${count(rate)} empty fetches a second, of ${count(more.fetchRequests / seconds)} fetches`;
  },
});
