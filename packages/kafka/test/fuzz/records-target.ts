import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

import { fuzzRecords } from "../fuzz-records.ts";
import { mutate } from "./mutate.ts";
import type { FuzzTarget } from "./targets.ts";

const seeds = gunzipSync(readFileSync(join(import.meta.dirname, "../vectors/record-batches.jsonl.gz")))
  .toString("utf8")
  .split("\n")
  .filter((line) => line !== "")
  .map((line) => Buffer.from((JSON.parse(line) as { readonly hex: string }).hex, "hex"));

/** Record batches and message sets, with checksums that are checked and without. */
export const recordsTarget: FuzzTarget = {
  name: "records",
  run(random) {
    const bytes = mutate(random.pick(seeds), random);
    const verifyChecksums = random.below(4) === 0;
    try {
      fuzzRecords(bytes, verifyChecksums);
    } catch (error) {
      const hex = Buffer.from(bytes).toString("hex");
      throw new Error(`records ${verifyChecksums ? "" : "un"}checked ${hex}: ${String(error)}`, {
        cause: error,
      });
    }
  },
};
