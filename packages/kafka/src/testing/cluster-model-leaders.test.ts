import { Context } from "@pagoda/core";
import { fakeTime } from "@pagoda/core/testing";
import { describe, expect, it } from "vitest";

import { ask, batchOf, named, textsOf } from "../../test/ask-cluster.ts";
import { clusterWith, fetchFrom, produce } from "../../test/orders-cluster.ts";
import { errorsOf } from "../protocol/errors/errors-of.ts";
import { Metadata } from "../protocol/generated/metadata.ts";
import { OffsetForLeaderEpoch } from "../protocol/generated/offset-for-leader-epoch.ts";

describe("leaders in an in-memory cluster", () => {
  it("tells who leads now when the old leader is asked", async () => {
    const cluster = clusterWith();
    await produce(cluster, batchOf(["a"]));
    cluster.moveLeader("orders", 0, 3);
    expect(await produce(cluster, batchOf(["b"]))).toMatchObject({
      error: "NOT_LEADER_OR_FOLLOWER",
      currentLeader: { leaderId: 3, leaderEpoch: 1 },
      nodeEndpoints: [{ nodeId: 3, host: "127.0.0.1" }],
    });
    expect(await fetchFrom(cluster, 0n)).toMatchObject({
      error: "NOT_LEADER_OR_FOLLOWER",
      currentLeader: { leaderId: -1 },
    });
    expect((await produce(cluster, batchOf(["b"]), { nodeId: 3 })).error).toBe("NONE");
    expect((await fetchFrom(cluster, 0n, { currentLeaderEpoch: 0 }, { nodeId: 3 })).error).toBe(
      "FENCED_LEADER_EPOCH",
    );
    expect((await fetchFrom(cluster, 0n, { currentLeaderEpoch: 2 }, { nodeId: 3 })).error).toBe(
      "UNKNOWN_LEADER_EPOCH",
    );
  });

  it("remembers where each epoch ended", async () => {
    const cluster = clusterWith();
    await produce(cluster, batchOf(["a", "b"]));
    cluster.moveLeader("orders", 0, 2);
    await produce(cluster, batchOf(["c"]), { nodeId: 2 });
    const partitions = [0, 1].map((leaderEpoch) => ({ partition: 0, currentLeaderEpoch: -1, leaderEpoch }));
    const { topics } = await ask(
      cluster,
      OffsetForLeaderEpoch,
      { topics: [{ topic: "orders", partitions }] },
      { nodeId: 2 },
    );
    expect(topics[0]?.partitions.map(({ leaderEpoch, endOffset }) => [leaderEpoch, endOffset])).toEqual([
      [0, 2n],
      [1, 3n],
    ]);
  });

  it("gives what a stopped broker led to the others, and tells of it no more", async () => {
    const cluster = clusterWith();
    cluster.setUp(1, false);
    expect(cluster.leaderOf("orders", 0)).toBe(2);
    const { brokers, topics } = await ask(cluster, Metadata, { topics: null }, { nodeId: 2 });
    expect(brokers.map(({ nodeId }) => nodeId)).toEqual([2, 3]);
    expect(topics[0]?.partitions[0]).toMatchObject({ isrNodes: [2, 3], offlineReplicas: [1] });
    cluster.setUp(1, true);
    expect(cluster.leaderOf("orders", 0)).toBe(2);
  });

  it("leaves a partition without a leader while no copy's broker is up", async () => {
    const cluster = clusterWith({ topics: { orders: { partitions: 1, replicationFactor: 1 } } });
    cluster.setUp(1, false);
    const { topics } = await ask(cluster, Metadata, { topics: null }, { nodeId: 2 });
    expect(named(topics[0]?.partitions[0]?.errorCode)).toBe("LEADER_NOT_AVAILABLE");
    cluster.setUp(1, true);
    expect(cluster.leaderOf("orders", 0)).toBe(1);
    expect(() => cluster.moveLeader("orders", 0, 2)).toThrow("holds no copy");
  });
});

describe("a fault in an in-memory cluster", () => {
  it("is answered as often as said, and only at the broker said", async () => {
    const cluster = clusterWith();
    cluster.fail({ api: "Produce", error: "NOT_ENOUGH_REPLICAS", times: 2, nodeId: 1 });
    const errors = [];
    for (const value of ["a", "b", "c"]) errors.push((await produce(cluster, batchOf([value]))).error);
    expect(errors).toEqual(["NOT_ENOUGH_REPLICAS", "NOT_ENOUGH_REPLICAS", "NONE"]);
    expect(textsOf(cluster.records("orders"))).toEqual(["c"]);
  });

  it("can be taken back", async () => {
    const cluster = clusterWith();
    cluster.fail({ api: "Metadata", error: "UNKNOWN_SERVER_ERROR" })();
    expect(errorsOf(await ask(cluster, Metadata, { topics: null }))).toEqual([]);
  });
});

describe("a Fetch that waits", () => {
  const time = fakeTime();

  it("is answered when enough bytes are there", async () => {
    const cluster = clusterWith();
    const size = batchOf(["a"]).length;
    let values: string[] | undefined;
    void fetchFrom(cluster, 0n, { maxWaitMs: 1_000, minBytes: 2 * size }).then(
      (answer) => (values = answer.values),
    );
    await produce(cluster, batchOf(["a"]));
    await time.advance(999);
    expect(values).toBeUndefined();
    await produce(cluster, batchOf(["b"]));
    await time.advance(0);
    expect(values).toEqual(["a", "b"]);
    expect(time.timers).toBe(0);
  });

  it("is answered with what there is when its time is over", async () => {
    const cluster = clusterWith();
    const answer = fetchFrom(cluster, 0n, { maxWaitMs: 1_000, minBytes: 1_000 });
    await produce(cluster, batchOf(["a"]));
    await time.advance(1_000);
    expect((await answer).values).toEqual(["a"]);
  });

  it("is answered at once when the leader moves or the topic goes", async () => {
    const cluster = clusterWith();
    const moved = fetchFrom(cluster, 0n, { maxWaitMs: 1_000 });
    await time.advance(1);
    cluster.moveLeader("orders", 0, 2);
    expect((await moved).error).toBe("NOT_LEADER_OR_FOLLOWER");
    const deleted = fetchFrom(cluster, 0n, { maxWaitMs: 1_000 }, { nodeId: 2 });
    await time.advance(1);
    cluster.deleteTopic("orders");
    expect((await deleted).error).toBe("UNKNOWN_TOPIC_OR_PARTITION");
    expect(time.timers).toBe(0);
  });

  it("leaves nothing behind when the client has gone", async () => {
    const cluster = clusterWith();
    const cx = Context.background().fork();
    const answer = fetchFrom(cluster, 0n, { maxWaitMs: 1_000 }, { cx });
    await time.advance(1);
    cx.cancel();
    await expect(answer).rejects.toMatchObject({ code: "CANCELLED" });
    expect(time.timers).toBe(0);
    expect(cx.attached).toBe(0);
  });
});
