import { clientDetector } from "../client-detector.ts";
import type { Detector } from "../detector.ts";
import { count, duration, many } from "../figures.ts";
import { thresholds } from "../thresholds.ts";

const { commitsAbove, commitsPerConnectionAbove, commitsPerRecordAbove } = thresholds.commitPerRecord;

export const commitPerRecord: Detector = clientDetector({
  kind: "commit-per-record",
  severity: "warning",
  advice:
    "Commit after a batch of records or every few seconds, not after each record: a crash makes it read a few again either way.",
  summarize({ more, connections, seconds }) {
    const { commits, fetchedRecords } = more;
    const often = commits > commitsAbove && commits / connections > commitsPerConnectionAbove;
    if (!(often && commits > commitsPerRecordAbove * fetchedRecords)) return undefined;
    return `${count(commits)} commits for ${many(fetchedRecords, "record")} in ${duration(seconds * 1_000)}`;
  },
});
