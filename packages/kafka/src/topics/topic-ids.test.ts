import { describe, expect, it } from "vitest";

import { zeroUuid } from "../protocol/wire/text.ts";
import { TopicIds } from "./topic-ids.ts";

describe("TopicIds", () => {
  it("tells names and ids of each other", () => {
    const ids = new TopicIds();
    ids.learn("id-1", "orders");
    expect(ids.nameOf("id-1")).toBe("orders");
    expect(ids.idOf("orders")).toBe("id-1");
    expect(ids.nameOf("id-2")).toBeUndefined();
    expect(ids.idOf("payments")).toBeUndefined();
  });

  it("knows how many partitions a topic has, until it is gone", () => {
    const ids = new TopicIds({ maxTopics: 2 });
    ids.learnPartitions("orders", 3);
    ids.learn("id-1", "orders");
    expect(ids.partitionsOf("orders")).toBe(3);
    ids.learnPartitions("orders", 6);
    expect(ids.partitionsOf("orders")).toBe(6);
    ids.forget("id-1");
    expect(ids.partitionsOf("orders")).toBeUndefined();
    ids.learnPartitions("orders", 4);
    ids.forgetName("orders");
    expect(ids.partitionsOf("orders")).toBeUndefined();
  });

  it("forgets the partitions of what was not told of for longest", () => {
    const ids = new TopicIds({ maxTopics: 2 });
    ids.learnPartitions("orders", 3);
    ids.learnPartitions("payments", 3);
    ids.learnPartitions("orders", 3);
    ids.learnPartitions("refunds", 3);
    expect(ids.partitionsOf("orders")).toBe(3);
    expect(ids.partitionsOf("payments")).toBeUndefined();
  });

  it("gives a topic that was made again its new id, and the old one to nobody", () => {
    const ids = new TopicIds();
    ids.learn("id-1", "orders");
    ids.learn("id-2", "orders");
    expect(ids.nameOf("id-1")).toBeUndefined();
    expect(ids.idOf("orders")).toBe("id-2");
    expect(ids.size).toBe(1);
  });

  it("believes the last one where an id has another name", () => {
    const ids = new TopicIds();
    ids.learn("id-1", "orders");
    ids.learn("id-1", "payments");
    expect(ids.idOf("orders")).toBeUndefined();
    expect(ids.nameOf("id-1")).toBe("payments");
  });

  it("forgets by id and by name", () => {
    const ids = new TopicIds();
    ids.learn("id-1", "orders");
    ids.learn("id-2", "payments");
    ids.forget("id-1");
    ids.forgetName("payments");
    ids.forgetName("nothing");
    expect(ids.size).toBe(0);
    expect(ids.idOf("orders")).toBeUndefined();
  });

  it("learns nothing of a topic without a name or an id", () => {
    const ids = new TopicIds();
    ids.learn("id-1", null);
    ids.learn("id-1", "");
    ids.learn(zeroUuid, "orders");
    expect(ids.size).toBe(0);
  });

  it("forgets what was not used for longest", () => {
    const ids = new TopicIds({ maxTopics: 2 });
    ids.learn("id-1", "orders");
    ids.learn("id-2", "payments");
    ids.nameOf("id-1");
    ids.learn("id-3", "refunds");
    expect(ids.nameOf("id-2")).toBeUndefined();
    ids.idOf("orders");
    ids.learn("id-4", "returns");
    expect([ids.nameOf("id-1"), ids.nameOf("id-3"), ids.nameOf("id-4")]).toEqual([
      "orders",
      undefined,
      "returns",
    ]);
    expect(() => new TopicIds({ maxTopics: 0 })).toThrow(RangeError);
  });
});
