import { readFileSync } from "node:fs";

import { expect, it } from "vitest";

import { createLog } from "../log.ts";
import { WorkerMetrics } from "./worker-metrics.ts";

it("docs/metrics.md has each family that is about workers, with its type and help", async () => {
  const docs = readFileSync(new URL("../../../../docs/metrics.md", import.meta.url), "utf8");
  const metrics = new WorkerMetrics({
    log: createLog({ level: "silent" }),
    states: () => [],
    timeoutMs: 1_000,
    maxRetiredSeries: 1,
  });
  const families = (await (await metrics.registry()).metrics()).matchAll(
    /^# HELP (pagoda_worker\w*) (.*)\n# TYPE \w+ (\w+)$/gm,
  );
  const told = [...docs.matchAll(/^\| `(pagoda_worker\w*)` \| (\w+) \| .* \| (.*) \|$/gm)];
  expect(told.map(([, name, type, help]) => [name, help?.replaceAll("\\|", "|"), type])).toEqual(
    [...families].map(([, name, help, type]) => [name, help, type]),
  );
  expect(told).toHaveLength(3);
});
