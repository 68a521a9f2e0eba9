/**
 * Checks the Kafka codec against files of vectors: `npm run vectors -- FILE...` (`.jsonl`, also
 * gzipped), of messages or of record batches. Without files: those that the tests use. Prints counts
 * and the first differences, and exits with 1 if there is any.
 */
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { gunzipSync } from "node:zlib";

import { differencesOf, skipReason, titleOf } from "../packages/kafka/test/message-vectors.ts";
import type { MessageVector } from "../packages/kafka/test/message-vectors.ts";
import { checkRecordBatchVector } from "../packages/kafka/test/record-batch-vector.ts";
import type { RecordBatchVector } from "../packages/kafka/test/record-batch-vector.ts";

/** Differences printed for each file. */
const maxPrinted = 20;
/** Characters of a difference that are printed: some quote a whole batch. */
const maxCharacters = 400;
const ours = join(import.meta.dirname, "../packages/kafka/test/vectors");

function readLines(file: string): (MessageVector | RecordBatchVector)[] {
  const raw = readFileSync(file);
  const text = (file.endsWith(".gz") ? gunzipSync(raw) : raw).toString("utf8");
  return text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => JSON.parse(line) as MessageVector | RecordBatchVector);
}

/** What is wrong with how the codec treats a vector. */
function check(vector: MessageVector | RecordBatchVector): string[] {
  if ("api" in vector) return differencesOf(vector).map((difference) => `${titleOf(vector)}: ${difference}`);
  try {
    const difference = checkRecordBatchVector(vector);
    return difference === null ? [] : [difference];
  } catch (error) {
    return [`${vector.case}: ${String(error)}`];
  }
}

function checkFile(file: string): boolean {
  let checked = 0;
  let different = 0;
  const differences: string[] = [];
  const skipped = new Map<string, number>();
  for (const vector of readLines(file)) {
    const reason = "api" in vector ? skipReason(vector) : null;
    if (reason !== null) {
      skipped.set(reason, (skipped.get(reason) ?? 0) + 1);
      continue;
    }
    checked++;
    const found = check(vector);
    if (found.length === 0) continue;
    different++;
    differences.push(...found);
  }
  for (const difference of differences.slice(0, maxPrinted))
    console.log(`  ${difference.slice(0, maxCharacters)}`);
  if (differences.length > maxPrinted) console.log(`  and ${differences.length - maxPrinted} more`);
  const reasons = [...skipped].map(([reason, count]) => `, ${count} skipped (${reason})`);
  console.log(`${basename(file)}: ${checked} checked, ${different} different${reasons.join("")}`);
  return different === 0 && checked > 0;
}

const given = process.argv.slice(2);
const files = given.length > 0 ? given : readdirSync(ours).map((name) => join(ours, name));
// Every file is checked, also behind one that differs.
if (!files.map(checkFile).every(Boolean)) process.exitCode = 1;
