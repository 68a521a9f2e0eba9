// Fetching without a group: from any offset, in long polls, in sessions, by topic id and by name.

import { decodeBatches, Fetch, kafkaErrorOf } from "@pagoda/kafka/protocol";
import type { FetchResponse } from "@pagoda/kafka/protocol";

import { kcat as runKcat } from "../support/kcat.ts";
import { RawClient } from "../support/raw-client.ts";
import { javaOn, linesOf } from "./java.ts";
import type { Route } from "./route.ts";
import { forEachOf, newTopic } from "./scenario.ts";
import type { Scenario } from "./scenario.ts";

const lastVersionWithNames = 12;
const version = 17;
const noTopicId = "00000000-0000-0000-0000-000000000000";
const letters = ["a", "b", "c", "d", "e"];

async function produce(route: Route, topic: string, values: readonly string[], partition = 0): Promise<void> {
  const args = ["-P", "-t", topic, "-p", String(partition)];
  await runKcat(["-b", route.bootstrap, ...args], values.map((value) => `${value}\n`).join(""));
}

const partition = (index: number, fetchOffset = 0n) => ({
  partition: index,
  fetchOffset,
  partitionMaxBytes: 65_536,
});

/** What a response says: its errors, and the values of each partition in it. */
function contentOf({ errorCode, responses }: FetchResponse): unknown {
  const partitions = responses.flatMap((topic) =>
    topic.partitions.map((each) => {
      const batches = [...decodeBatches(each.records ?? new Uint8Array())];
      const values = batches.flatMap(({ records }) =>
        records.map(({ value }) => Buffer.from(value ?? []).toString()),
      );
      return { partition: each.partitionIndex, error: kafkaErrorOf(each.errorCode).name, values };
    }),
  );
  return { error: kafkaErrorOf(errorCode).name, partitions };
}

const found = { error: "NONE", partitions: [{ partition: 0, error: "NONE", values: letters }] };

export const byName: Scenario = {
  run: async (route) => {
    const topic = await newTopic(route, "fetched");
    await produce(route, topic, letters);
    const { client: leader } = await RawClient.toLeader(route.bootstrap, topic);
    using client = leader;
    const wanted = (name: string, at = 0n) => ({
      maxWaitMs: 100,
      topics: [{ topic: name, partitions: [partition(0, at)] }],
    });
    const ask = async (name: string, at?: bigint) =>
      contentOf(await client.ask(Fetch, lastVersionWithNames, wanted(name, at)));
    return { found: await ask(topic), missing: await ask(`${topic}-missing`), beyond: await ask(topic, 99n) };
  },
  sees: {
    found,
    missing: { partitions: [{ error: "UNKNOWN_TOPIC_OR_PARTITION", values: [] }] },
    beyond: { partitions: [{ error: "OFFSET_OUT_OF_RANGE", values: [] }] },
  },
};

export const byId: Scenario = {
  run: async (route) => {
    const topic = await newTopic(route, "fetched");
    await produce(route, topic, letters);
    const { client: leader, topicId } = await RawClient.toLeader(route.bootstrap, topic);
    using client = leader;
    const ask = async (id: string) =>
      contentOf(
        await client.ask(Fetch, version, {
          maxWaitMs: 100,
          topics: [{ topicId: id, partitions: [partition(0)] }],
        }),
      );
    const unknown = topicId.replace(/^.{8}/, "12345678");
    return { found: await ask(topicId), missing: await ask(unknown), hasId: topicId !== noTopicId };
  },
  sees: { found, missing: { partitions: [{ error: "UNKNOWN_TOPIC_ID", values: [] }] }, hasId: true },
};

export const longPoll: Scenario = {
  run: async (route) => {
    const topic = await newTopic(route, "polled");
    await produce(route, topic, ["before"]);
    const { client: leader, topicId } = await RawClient.toLeader(route.bootstrap, topic);
    using client = leader;
    const topics = [{ topicId, partitions: [partition(0, 1n)] }];
    const nothing = contentOf(await client.ask(Fetch, version, { maxWaitMs: 200, minBytes: 1, topics }));
    let answered = false;
    const waiting = client
      .ask(Fetch, version, { maxWaitMs: 60_000, minBytes: 1, topics })
      .then((response) => {
        answered = true;
        return contentOf(response);
      });
    const before = answered;
    await produce(route, topic, letters.slice(0, 1));
    return { nothing, answeredBefore: before, something: await waiting };
  },
  sees: {
    nothing: { error: "NONE", partitions: [{ values: [] }] },
    answeredBefore: false,
    something: { error: "NONE", partitions: [{ values: ["a"] }] },
  },
};

/** Sessions of KIP-227: only what has changed is asked for, and answered. */
export const session: Scenario = {
  needs: "kafka",
  run: async (route) => {
    // One broker leads both: a session is with one broker.
    const topic = await newTopic(route, "session", { partitions: 2, leader: 1 });
    await produce(route, topic, ["a"], 0);
    await produce(route, topic, ["b"], 1);
    const { client: leader, topicId } = await RawClient.toLeader(route.bootstrap, topic);
    using client = leader;
    const fetch = (
      sessionId: number,
      sessionEpoch: number,
      fields: Parameters<typeof Fetch.request.of>[0] = {},
    ) => client.ask(Fetch, version, { maxWaitMs: 10_000, minBytes: 1, sessionId, sessionEpoch, ...fields });
    const topics = (...partitions: ReturnType<typeof partition>[]) => [{ topicId, partitions }];

    const first = await fetch(0, 0, { topics: topics(partition(0), partition(1)) });
    const id = first.sessionId;
    // Both are read to their ends, so that from now on only what is new comes.
    const atEnd = await fetch(id, 1, { topics: topics(partition(0, 1n), partition(1, 1n)), maxWaitMs: 100 });
    await produce(route, topic, ["c"], 1);
    const changed = await fetch(id, 2);
    await produce(route, topic, ["d"], 0);
    const forgottenTopicsData = [{ topicId, partitions: [1] }];
    const forgotten = await fetch(id, 3, { forgottenTopicsData });
    const wrongEpoch = await fetch(id, 7);
    const wrongSession = await fetch(id ^ 1, 1);
    return {
      isSession: id !== 0,
      first: contentOf(first),
      atEnd: contentOf(atEnd),
      changed: contentOf(changed),
      forgotten: contentOf(forgotten),
      wrongEpoch: contentOf(wrongEpoch),
      wrongSession: contentOf(wrongSession),
    };
  },
  sees: {
    isSession: true,
    first: {
      partitions: [
        { partition: 0, values: ["a"] },
        { partition: 1, values: ["b"] },
      ],
    },
    atEnd: { error: "NONE", partitions: [] },
    changed: { partitions: [{ partition: 1, values: ["c"] }] },
    forgotten: { partitions: [{ partition: 0, values: ["d"] }] },
    wrongEpoch: { error: "INVALID_FETCH_SESSION_EPOCH", partitions: [] },
    wrongSession: { error: "FETCH_SESSION_ID_NOT_FOUND", partitions: [] },
  },
};

export const kcat: Scenario = {
  run: async (route) => {
    const topic = await newTopic(route, "read", { partitions: 2 });
    await produce(route, topic, letters, 0);
    await produce(route, topic, ["other"], 1);
    const settings = { beginning: "-o beginning", middle: "-o 2", last: "-o -1", timestamp: "-o s@1000" };
    return forEachOf(settings, async (options) => {
      const args = ["-C", "-t", topic, "-p", "0", "-e", "-q", "-f", "%p %o %s\n", ...options.split(" ")];
      return linesOf(await runKcat(["-b", route.bootstrap, ...args]));
    });
  },
  sees: {
    beginning: letters.map((letter, n) => `0 ${n} ${letter}`),
    middle: ["0 2 c", "0 3 d", "0 4 e"],
    last: ["0 4 e"],
    timestamp: letters.map((letter, n) => `0 ${n} ${letter}`),
  },
};

/** Kafka's own consumer: it fetches by topic id, in sessions. */
export const java: Scenario = {
  needs: "kafka",
  run: async (route) => {
    const topic = await newTopic(route, "read");
    await produce(route, topic, letters);
    const format = "--formatter-property print.offset=true --formatter-property print.partition=true";
    const from = `--topic ${topic} --partition 0 --offset 2 --max-messages 3 --timeout-ms 30000`;
    return linesOf(await javaOn(route)("console-consumer", `${from} ${format}`));
  },
  sees: ["Partition:0\tOffset:2\tc", "Partition:0\tOffset:3\td", "Partition:0\tOffset:4\te"],
};
