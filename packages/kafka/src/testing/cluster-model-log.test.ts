import { describe, expect, it } from "vitest";

import { ask, batchOf, textsOf } from "../../test/ask-cluster.ts";
import { clusterWith, fetchFrom, produce } from "../../test/orders-cluster.ts";
import { InitProducerId } from "../protocol/generated/init-producer-id.ts";
import { ListOffsets } from "../protocol/generated/list-offsets.ts";
import { Produce } from "../protocol/generated/produce.ts";

describe("the log of an in-memory cluster", () => {
  it("gives back what was produced, from the batch that holds the offset on", async () => {
    const cluster = clusterWith();
    expect(await produce(cluster, batchOf(["a", "b"]))).toMatchObject({ error: "NONE", baseOffset: 0n });
    expect(await produce(cluster, batchOf(["c"]))).toMatchObject({ error: "NONE", baseOffset: 2n });
    expect((await fetchFrom(cluster, 0n)).values).toEqual(["a", "b", "c"]);
    expect((await fetchFrom(cluster, 1n)).values).toEqual(["a", "b", "c"]);
    expect(await fetchFrom(cluster, 2n)).toMatchObject({ values: ["c"], highWatermark: 3n });
    expect(textsOf(cluster.records("orders"))).toEqual(["a", "b", "c"]);
  });

  it("sends a first batch above the limits, and no second one", async () => {
    const cluster = clusterWith();
    await produce(cluster, batchOf(["a".repeat(100)]));
    await produce(cluster, batchOf(["b"]));
    expect((await fetchFrom(cluster, 0n, { maxBytes: 1 })).values).toHaveLength(1);
  });

  it("answers nothing to acks 0, and appends all the same", async () => {
    const cluster = clusterWith();
    const topicData = [{ name: "orders", partitionData: [{ index: 0, records: batchOf(["a"]) }] }];
    const request = Produce.request.of({ acks: 0, topicData });
    expect(await cluster.handle(1, Produce as never, 9, request, { clientId: null, host: "" })).toBeNull();
    expect(textsOf(cluster.records("orders"))).toEqual(["a"]);
  });

  it("refuses records that are damaged, too big, or not one batch", async () => {
    const cluster = clusterWith({ maxMessageBytes: 200 });
    const damaged = batchOf(["a"]);
    damaged[damaged.length - 2] = 0xff;
    expect((await produce(cluster, damaged)).error).toBe("CORRUPT_MESSAGE");
    expect((await produce(cluster, new Uint8Array(0))).error).toBe("CORRUPT_MESSAGE");
    expect((await produce(cluster, batchOf(["a"], { magic: 1 }))).error).toBe("INVALID_RECORD");
    expect((await produce(cluster, Buffer.concat([batchOf(["a"]), batchOf(["b"])]))).error).toBe(
      "INVALID_RECORD",
    );
    expect((await produce(cluster, batchOf(["x".repeat(200)]))).error).toBe("MESSAGE_TOO_LARGE");
    expect((await produce(cluster, batchOf(["a"], { lastOffsetDelta: 7 }))).error).toBe("INVALID_RECORD");
    expect(cluster.records("orders")).toEqual([]);
  });

  it("drops the oldest batches beyond its limit, and moves its start", async () => {
    const size = batchOf(["a"]).length;
    const cluster = clusterWith({ maxLogBytesPerPartition: 3 * size });
    for (const value of ["a", "b", "c", "d", "e"]) await produce(cluster, batchOf([value]));
    expect(textsOf(cluster.records("orders"))).toEqual(["c", "d", "e"]);
    expect((await fetchFrom(cluster, 1n)).error).toBe("OFFSET_OUT_OF_RANGE");
    expect(await fetchFrom(cluster, 2n)).toMatchObject({ error: "NONE", logStartOffset: 2n });
  });

  it("finds offsets by time, and at both ends", async () => {
    const cluster = clusterWith();
    await produce(cluster, batchOf(["a", "b"]));
    await produce(cluster, batchOf(["c", "d"], { baseTimestamp: 5_000n }));
    const at = async (timestamp: bigint) => {
      const partitions = [{ partitionIndex: 0, timestamp }];
      const { topics } = await ask(cluster, ListOffsets, { topics: [{ name: "orders", partitions }] });
      return topics[0]?.partitions[0]?.offset;
    };
    expect(await at(-2n)).toBe(0n);
    expect(await at(-1n)).toBe(4n);
    expect(await at(-3n)).toBe(3n);
    expect(await at(1_001n)).toBe(1n);
    expect(await at(1_002n)).toBe(2n);
    expect(await at(9_999n)).toBe(-1n);
  });

  it("writes an idempotent producer's batch once, and refuses one out of order", async () => {
    const cluster = clusterWith();
    const { producerId, producerEpoch } = await ask(
      cluster,
      InitProducerId,
      { transactionalId: null },
      { version: 5 },
    );
    const send = (value: string, baseSequence: number, epoch = producerEpoch) =>
      produce(cluster, batchOf([value], { producerId, producerEpoch: epoch, baseSequence }));
    expect(await send("a", 0)).toMatchObject({ error: "NONE", baseOffset: 0n });
    expect(await send("b", 1)).toMatchObject({ error: "NONE", baseOffset: 1n });
    expect(await send("a", 0)).toMatchObject({ error: "NONE", baseOffset: 0n });
    expect((await send("d", 3)).error).toBe("OUT_OF_ORDER_SEQUENCE_NUMBER");
    expect((await send("c", 0, 1)).error).toBe("NONE");
    expect((await send("z", 2)).error).toBe("INVALID_PRODUCER_EPOCH");
    expect(textsOf(cluster.records("orders"))).toEqual(["a", "b", "c"]);
  });
});
