import { TopicIds } from "@pagoda/kafka";
import { describe, expect, it } from "vitest";

import { OffsetTimeline } from "../groups/offset-timeline.ts";
import { ClientRecord } from "./client-record.ts";
import { FlowCounter } from "./counters.ts";
import { TopicRecord } from "./topic-record.ts";

/** The names of what an object has that are numbers. */
function numbersOf<T extends object>(object: T): (keyof T & string)[] {
  return (Object.keys(object) as (keyof T & string)[]).filter((name) => typeof object[name] === "number");
}

describe("a row that is kept from sample to sample", () => {
  const flowNames = numbersOf(new FlowCounter()) as Exclude<keyof FlowCounter, "state">[];

  it.each(numbersOf(new ClientRecord("main", "checkout")).filter((name) => name !== "lastMs"))(
    "of a client shows %s when it is counted",
    (name) => {
      const record = new ClientRecord("main", "checkout");
      const before = record.state();
      expect(record.state()).toBe(before);
      // These three are counted together.
      if (["opened", "tlsConnections", "plainConnections"].includes(name))
        record.connected(name !== "plainConnections");
      else (record[name] as number) += 1;
      expect(record.state()).not.toBe(before);
      expect(record.state()[name as keyof typeof before]).toBe(
        Number(before[name as keyof typeof before]) + 1,
      );
    },
  );

  it.each(flowNames)("of a client or a topic shows %s when it is counted", (name) => {
    const [client, topic] = [new ClientRecord("main", "a"), topicRecord()];
    expect([client.state()[name], topic.state()[name]]).toEqual([0, 0]);
    client.flow[name] += 1;
    topic.flow[name] += 1;
    expect([client.state()[name], topic.state()[name]]).toEqual([1, 1]);
  });

  it("of a client shows its words", () => {
    const record = new ClientRecord("main", "a");
    record.state();
    record.uses("librdkafka/2.0");
    expect(record.state().software).toEqual(["librdkafka/2.0"]);
    record.loggedIn("PLAIN");
    expect(record.state().auth).toEqual(["PLAIN"]);
    record.speaks("Fetch/v3");
    expect(record.state().oldVersions).toEqual(["Fetch/v3"]);
  });

  it("of a topic shows its partitions, where they end, and answers", () => {
    const record = topicRecord();
    expect(record.state().partitions).toEqual([]);
    record.partition(2)?.end(7, 1_000);
    expect(record.state().partitions).toMatchObject([{ partition: 2, endOffset: 7 }]);
    record.partition(2)?.end(9, 2_000);
    expect(record.state().partitions).toMatchObject([{ partition: 2, endOffset: 9 }]);
    record.partition(2)?.leaderMoved(3_000);
    expect(record.state().partitions).toMatchObject([{ leaderMoves: 1 }]);
    const ids = new TopicIds();
    record.countedBy(ids, "orders");
    expect(record.state().partitionCount).toBe(1);
    ids.learnPartitions("orders", 6);
    expect(record.state().partitionCount).toBe(6);
    record.lastProducedMs = 4_000;
    expect(record.state().lastProducedMs).toBe(4_000);
    record.answers.requests += 1;
    record.answers.answered(2, -1);
    record.answers.error(6);
    expect(record.state()).toMatchObject({ requests: 1, failure: 1, errors: { NOT_LEADER_OR_FOLLOWER: 1 } });
  });
});

function topicRecord(): TopicRecord {
  return new TopicRecord("main", "orders", () => new OffsetTimeline(), true);
}
