import { expect, it } from "vitest";

import { refuseProducers } from "./mishaps.ts";

it("refuses one Produce after the other until it is told to stop", async () => {
  const faults: object[] = [];
  const refusing = refuseProducers({ fail: (fault) => (faults.push(fault), () => {}) }, 1);
  await expect.poll(() => faults.length, { interval: 1 }).toBeGreaterThan(1);
  refusing.unsubscribe();
  expect(refusing.closed).toBe(true);
  expect(faults[0]).toEqual({ api: "Produce", error: "NOT_LEADER_OR_FOLLOWER" });
});
