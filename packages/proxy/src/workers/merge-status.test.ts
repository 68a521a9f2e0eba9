import { describe, expect, it } from "vitest";

import { mergeStatus } from "./merge-status.ts";
import type { WorkerReport } from "./merge-status.ts";
import type { WorkerStatus } from "./worker-proxy.ts";

const main = { name: "main", address: "127.0.0.1:9092", state: "serving", connections: 2 } as const;
const stack = { listener: "main", tiers: [{ name: "serveKafka", builds: [] }] };
const healthy: WorkerStatus = { checks: [{ name: "upstream" }], listeners: [main], stacks: [stack] };

function serving(id: number, status: Partial<WorkerStatus> = {}): WorkerReport {
  return { id, pid: id, state: "serving", status: { ...healthy, ...status } };
}

const gone: WorkerReport = { id: 9, pid: undefined, state: "restarting", status: undefined };

describe("mergeStatus", () => {
  it("is ready while one worker serves", () => {
    expect(mergeStatus([serving(1), gone]).checks).toEqual([{ name: "workers" }, { name: "upstream" }]);
  });

  it("is not ready when none does, and says what they do", () => {
    const silent: WorkerReport = { ...serving(1), status: undefined };
    expect(mergeStatus([silent, gone]).checks).toEqual([
      { name: "workers", reason: "none serves: worker 1 does not answer, worker 9 restarting" },
    ]);
  });

  it("says which workers have a reason, once for each reason", () => {
    const failing = (id: number, reason: string) => serving(id, { checks: [{ name: "upstream", reason }] });
    const { checks } = mergeStatus([
      failing(1, "refused"),
      failing(2, "refused"),
      failing(3, "timeout"),
      serving(4),
    ]);
    expect(checks[1]).toEqual({ name: "upstream", reason: "workers 1, 2: refused; worker 3: timeout" });
  });

  it("adds up connections, and keeps the worst state of a listener", () => {
    const draining = serving(2, { listeners: [{ ...main, state: "draining", connections: 5 }] });
    expect(mergeStatus([serving(1), draining]).listeners).toEqual([
      { ...main, state: "draining", connections: 7 },
    ]);
  });

  it("has each stack once where it is the same, with what a worker knows of requests", () => {
    const used = { listener: "main", tiers: [{ name: "serveKafka", builds: [{ name: "metrics" }] }] };
    expect(mergeStatus([serving(1), serving(2, { stacks: [used] })]).stacks).toEqual([used]);
  });

  it("has a stack for each of those that differ, and says whose it is", () => {
    const other = { listener: "main", tiers: [{ name: "forwardTo" }] };
    expect(mergeStatus([serving(1), serving(2, { stacks: [other] }), serving(3)]).stacks).toEqual([
      { ...stack, workers: [1, 3] },
      { ...other, workers: [2] },
    ]);
  });
});
