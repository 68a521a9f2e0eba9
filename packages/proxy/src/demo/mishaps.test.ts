import { startCluster } from "@pagoda/kafka/testing";
import { expect, it } from "vitest";

import { moveLeaders } from "./mishaps.ts";

it("moves a leader round the brokers until it is told to stop", async () => {
  await using cluster = await startCluster({ brokers: 3, topics: { orders: { partitions: 1 } } });
  const seen = new Set<number>();
  const moving = moveLeaders(cluster, { topic: "orders", partition: 0, everyMs: 1 });
  await expect.poll(() => seen.add(cluster.leaderOf("orders", 0)).size, { interval: 1 }).toBe(3);
  moving.unsubscribe();
  expect(moving.closed).toBe(true);
});
