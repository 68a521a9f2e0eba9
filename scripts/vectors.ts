/**
 * Checks the Kafka messages against files of vectors: `npm run vectors -- FILE...` (`.jsonl`, also
 * gzipped). Without files: those that the tests use. Prints counts and the first differences, and
 * exits with 1 if there is any.
 */
import { readdirSync } from "node:fs";
import { basename, join } from "node:path";

import { differencesOf, readVectors, skipReason, titleOf } from "../packages/kafka/test/message-vectors.ts";

/** Differences printed for each file. */
const maxPrinted = 20;
const ours = join(import.meta.dirname, "../packages/kafka/test/vectors");

function checkFile(file: string): boolean {
  let checked = 0;
  let different = 0;
  let printed = 0;
  const skipped = new Map<string, number>();
  for (const vector of readVectors(file)) {
    const reason = skipReason(vector);
    if (reason !== null) {
      skipped.set(reason, (skipped.get(reason) ?? 0) + 1);
      continue;
    }
    checked++;
    const differences = differencesOf(vector);
    if (differences.length === 0) continue;
    different++;
    for (const difference of differences) {
      if (++printed <= maxPrinted) console.log(`  ${titleOf(vector)}: ${difference}`);
    }
  }
  if (printed > maxPrinted) console.log(`  and ${printed - maxPrinted} more`);
  const reasons = [...skipped].map(([reason, count]) => `, ${count} skipped (${reason})`);
  console.log(`${basename(file)}: ${checked} checked, ${different} different${reasons.join("")}`);
  return different === 0 && checked > 0;
}

const given = process.argv.slice(2);
const files =
  given.length > 0
    ? given
    : readdirSync(ours)
        .filter((name) => name !== "record-batches.jsonl.gz")
        .map((name) => join(ours, name));
// Every file is checked, also behind one that differs.
if (!files.map(checkFile).every(Boolean)) process.exitCode = 1;
