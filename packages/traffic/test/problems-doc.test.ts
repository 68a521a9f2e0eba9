import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

import { detectors } from "../src/problems/detectors.ts";
import { bytes, count, duration, percent } from "../src/problems/figures.ts";
import { appearsAfterMs, goesAfterMs, thresholds } from "../src/problems/thresholds.ts";
import type { ProblemKind } from "../src/view/rows.ts";

const document = readFileSync(join(import.meta.dirname, "../../../docs/problems.md"), "utf8");

/** The cells of the tables whose rows begin with a kind of problem, by their heading. */
function rowsUnder(heading: string): readonly (readonly string[])[] {
  const section = document.split(`\n## ${heading}\n`)[1]?.split("\n## ")[0] ?? "";
  return [...section.matchAll(/^\| `([\w-]+)` \| (.*) \|$/gm)].map(([, kind = "", rest = ""]) => [
    kind,
    ...rest.split(" | "),
  ]);
}

const {
  tinyBatches,
  noCompression,
  acksZero,
  metadataStorm,
  reconnectLoop,
  rebalanceLoop,
  hotPartition,
  emptyFetches,
  commitPerRecord,
  leaderMoves,
} = thresholds;

/** From where on each is a problem, in words. */
const words: Readonly<Record<ProblemKind, string>> = {
  "tiny-batches": `more than ${tinyBatches.batchesPerSecondAbove} batches a second, ${tinyBatches.batchesFrom} at least, of fewer than ${tinyBatches.recordsPerBatchBelow} records on average`,
  "no-compression": `more than ${bytes(noCompression.bytesAbove)} uncompressed, and more than ${percent(noCompression.shareAbove)} of the batches`,
  "acks-0": `${acksZero.requestsFrom} Produce request with acks=0`,
  "metadata-storm": `more than ${metadataStorm.requestsPerConnectionAbove} Metadata requests for each connection; or more than ${metadataStorm.requestsAbove} altogether, and ${metadataStorm.requestsPerConnectionFrom} for each connection`,
  "reconnect-loop": `${reconnectLoop.openedFrom} connections opened, and ${reconnectLoop.openedPerConnectionFrom} for each that is open`,
  "rebalance-loop": `${rebalanceLoop.rebalancesFrom} rebalances within ${duration(rebalanceLoop.overMs)}, the last ${duration(rebalanceLoop.lastsFromMs)} or more after the first; those in the first ${duration(rebalanceLoop.startUpMs)} of a group do not count`,
  "hot-partition": `more than ${percent(hotPartition.shareAbove)} of the bytes produced, of ${count(hotPartition.recordsFrom)} records and ${bytes(hotPartition.bytesFrom)} or more; the topic has ${hotPartition.partitionsFrom} partitions or more`,
  "empty-fetches": `more than ${emptyFetches.perSecondAbove} a second, and ${emptyFetches.perSecondAndConnectionAbove} a second for each connection`,
  "commit-per-record": `more than ${commitPerRecord.commitsAbove} commits, ${commitPerRecord.commitsPerConnectionAbove} for each connection, and ${commitPerRecord.commitsPerRecordAbove} for each record read`,
  "old-protocol": "1 request in a version that Kafka 4 has dropped (KIP-896)",
  plaintext: "1 connection without TLS from another address than this machine's",
  "leader-moves": `${leaderMoves.movesFrom} moves of one partition within ${duration(leaderMoves.overMs)}`,
};

it("docs/problems.md says for each problem from where on it is one, and what is advised", () => {
  expect(rowsUnder("What is found").map(([kind, , , threshold]) => [kind, threshold])).toEqual(
    detectors.map(({ kind }) => [kind, words[kind]]),
  );
  const told = rowsUnder("What to do").map(([kind, advice]) => [kind, advice]);
  expect(told).toEqual(detectors.map(({ kind, advice }) => [kind, advice]));
  const severities = rowsUnder("What is found").map(([, severity]) => severity);
  expect(severities).toEqual(detectors.map(({ severity }) => severity));
});

it("docs/problems.md says how to try each problem", () => {
  expect(rowsUnder("Try it").map(([kind]) => kind)).toEqual(detectors.map(({ kind }) => kind));
});

it("docs/problems.md says how soon a problem is seen, and when it goes", () => {
  expect(document).toContain(
    `listed after ${appearsAfterMs / 1_000} seconds, and goes when it has been absent for ${goesAfterMs / 1_000}`,
  );
});
