// Transactions: what was committed is read, and what was aborted is not.

import { Producer, stringSerializers } from "@platformatic/kafka";
import { expect } from "vitest";

import { kafkajs as kafkajsClient } from "../support/kafkajs.ts";
import { kcat as runKcat } from "../support/kcat.ts";
import { javaOn, linesOf, rowsOf } from "./java.ts";
import type { Route } from "./route.ts";
import { newTopic, platformaticBase } from "./scenario.ts";
import type { Scenario } from "./scenario.ts";

const committed = ["a", "b", "c"];
const everything = ["a", "b", "aborted", "c"];

/** Reads the topic to its end in each isolation. */
async function readIn(route: Route, topic: string) {
  const read = async (level: string): Promise<string[]> => {
    const isolation = ["-X", `isolation.level=${level}`, "-o", "beginning"];
    return linesOf(await runKcat(["-b", route.bootstrap, "-C", "-t", topic, "-e", "-q", ...isolation]));
  };
  return { committed: await read("read_committed"), uncommitted: await read("read_uncommitted") };
}

/** Commits, aborts, and commits again, with an offset of a group in the last of them. */
async function transactionsOfKafkajs(route: Route, topic: string, groupId: string): Promise<void> {
  const transactionalId = route.name("transactions");
  const producer = kafkajsClient(route.bootstrap).producer({
    transactionalId,
    idempotent: true,
    maxInFlightRequests: 1,
  });
  await producer.connect();
  const first = await producer.transaction();
  await first.send({ topic, messages: [{ value: "a" }, { value: "b" }] });
  await first.commit();
  const second = await producer.transaction();
  await second.send({ topic, messages: [{ value: "aborted" }] });
  await second.abort();
  const third = await producer.transaction();
  await third.send({ topic, messages: [{ value: "c" }] });
  await third.sendOffsets({
    consumerGroupId: groupId,
    topics: [{ topic, partitions: [{ partition: 0, offset: "2" }] }],
  });
  await third.commit();
  await producer.disconnect();
}

export const kafkajs: Scenario = {
  needs: "kafka",
  run: async (route) => {
    const topic = await newTopic(route, "transactions");
    const groupId = route.name("group");
    await transactionsOfKafkajs(route, topic, groupId);
    const admin = kafkajsClient(route.bootstrap).admin();
    await admin.connect();
    const [fetched] = await admin.fetchOffsets({ groupId, topics: [topic] });
    await admin.disconnect();
    const offsets = fetched?.partitions.map(({ offset }) => offset);
    return { ...(await readIn(route, topic)), offsets };
  },
  sees: { committed, uncommitted: everything, offsets: ["2"] },
};

export const platformatic: Scenario = {
  needs: "kafka",
  run: async (route) => {
    const topic = await newTopic(route, "transactions");
    const producer = new Producer({
      ...platformaticBase(route),
      idempotent: true,
      transactionalId: topic,
      serializers: stringSerializers,
    });
    const transaction = async (values: readonly string[], end: "commit" | "abort"): Promise<void> => {
      const begun = await producer.beginTransaction();
      await begun.send({ messages: values.map((value) => ({ topic, value })) });
      await begun[end]();
    };
    await transaction(["a", "b"], "commit");
    await transaction(["aborted"], "abort");
    await transaction(["c"], "commit");
    await producer.close();
    return readIn(route, topic);
  },
  sees: { committed, uncommitted: everything },
};

export const kcat: Scenario = {
  needs: "kafka",
  run: async (route) => {
    const topic = await newTopic(route, "transactions");
    const transactional = ["-P", "-t", topic, "-X", `transactional.id=${topic}`];
    await runKcat(["-b", route.bootstrap, ...transactional], "a\nb\nc\n");
    return {
      ...(await readIn(route, topic)),
      end: await runKcat(["-b", route.bootstrap, "-Q", "-t", `${topic}:0:-1`]),
    };
  },
  // The end is behind the marker of the commit.
  sees: { committed, uncommitted: committed, end: "transactions-~ [0] offset 4\n" },
};

export const java: Scenario = {
  needs: "kafka",
  run: async (route) => {
    const run = javaOn(route);
    const topic = await newTopic(route, "transactions");
    await transactionsOfKafkajs(route, topic, route.name("group"));
    const transactionalId = route.name("perf");
    const produced = await run(
      "producer-perf-test",
      `--topic ${topic} --num-records 5 --record-size 9 --throughput -1 --transactional-id ${transactionalId} --transaction-duration-ms 50`,
    );
    const read = await run(
      "console-consumer",
      `--topic ${topic} --isolation-level read_committed --from-beginning --max-messages 8 --timeout-ms 30000`,
    );
    const described = await run("transactions", `describe --transactional-id ${transactionalId}`);
    const [names = [], values = []] = rowsOf(described);
    return {
      produced: /^\d+ records sent/.exec(produced)?.[0],
      read: linesOf(read).map((value, n) => (n < 3 ? value : value.length)),
      state: values[names.indexOf("TransactionState")],
    };
  },
  sees: {
    produced: "5 records sent",
    read: [...committed, 9, 9, 9, 9, 9],
    state: expect.stringMatching(/Commit$/),
  },
};
