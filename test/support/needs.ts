import { describe, it } from "vitest";

import { isDownloaded } from "../../scripts/kafka/distribution.ts";
import { hasTool, howToInstall } from "../../scripts/tools.ts";
import type { SystemToolName } from "../../scripts/tools.ts";

/** What a suite needs beyond npm: a program, or a real Kafka (Java, and Maven to download it). */
export type Need = SystemToolName | "kafka";

/**
 * A suite that runs when this machine has what it needs, and is skipped as one test when it has
 * not: `npm test` ends with a line for each such suite that says how to run it.
 *
 * With `PAGODA_REQUIRE_ALL=1` that test fails instead.
 */
export function describeWith(needs: readonly Need[], name: string, suite: () => void): void {
  const missing = missingTools(needs);
  if (missing.length === 0) {
    describe(name, suite);
    return;
  }
  const note = `${missing.join(" and ")} missing: ${howToInstall(missing)}`;
  describe(name, () => {
    it(`needs ${needs.join(", ")}`, (test) => {
      if (process.env["PAGODA_REQUIRE_ALL"] === "1") throw new Error(note);
      test.skip(note);
    });
  });
}

function missingTools(needs: readonly Need[]): SystemToolName[] {
  const tools = needs.flatMap((need): readonly SystemToolName[] => {
    if (need !== "kafka") return [need];
    return isDownloaded() ? ["java"] : ["java", "mvn"];
  });
  return [...new Set(tools)].filter((tool) => !hasTool(tool));
}
