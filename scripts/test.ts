// `npm test [-- ARGUMENTS]`: vitest with these arguments. The last line is `N passed, N failed`.

import { parseCLI, startVitest } from "vitest/node";

import { TestTally } from "./test/tally.ts";

const tally = new TestTally();

// On the way out, so that it is the last thing printed also when vitest itself fails.
process.once("exit", (code) => {
  for (const line of tally.skippedSuites) console.log(line);
  // What failed without being a test (no test was found, vitest crashed) counts as one.
  const failed = Math.max(tally.failed, code === 0 ? 0 : 1);
  console.log(`${tally.passed} passed, ${failed} failed`);
  if (failed > 0) process.exitCode = 1;
});

const { filter, options } = parseCLI(["vitest", "run", ...process.argv.slice(2)]);
// Named on the command line, a reporter would replace ours.
const { reporter = ["default"], ...others } = options as typeof options & { reporter?: string[] };
const vitest = await startVitest(filter, { ...others, watch: false, reporters: [...reporter, tally] });
await vitest.exit();
