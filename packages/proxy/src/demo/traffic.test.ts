import { startCluster } from "@pagoda/kafka/testing";
import { expect, it } from "vitest";

import { demoTopics, startDemoTraffic } from "./traffic.ts";

it(
  "produces to every topic, consumes what was produced, and ends when told",
  { timeout: 30_000 },
  async () => {
    await using cluster = await startCluster({ brokers: 3, topics: demoTopics });
    {
      await using traffic = startDemoTraffic(cluster.bootstrap);
      await expect.poll(() => traffic.consumed, { timeout: 20_000 }).toBeGreaterThan(100);
      for (const topic of Object.keys(demoTopics)) expect(cluster.records(topic).length).toBeGreaterThan(0);
      expect(traffic.produced).toBeGreaterThan(0);
    }
    // What it opened it closes; the brokers see it a moment later.
    await expect.poll(() => cluster.brokers.map(({ connections }) => connections)).toEqual([0, 0, 0]);
  },
);

it("goes on when brokers refuse", { timeout: 60_000 }, async () => {
  await using cluster = await startCluster({ brokers: 3, topics: demoTopics });
  await using traffic = startDemoTraffic(cluster.bootstrap);
  await expect.poll(() => traffic.consumed, { timeout: 20_000 }).toBeGreaterThan(100);
  cluster.fail({ api: "Produce", error: "NOT_LEADER_OR_FOLLOWER", times: 3 });
  cluster.fail({ api: "Fetch", error: "NOT_LEADER_OR_FOLLOWER", times: 3 });
  const before = traffic.consumed;
  await expect.poll(() => traffic.consumed, { timeout: 40_000 }).toBeGreaterThan(before + 500);
});
