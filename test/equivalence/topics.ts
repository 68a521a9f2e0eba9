// Topics: made, looked at, grown, removed.

import { expect } from "vitest";
import { Admin } from "@platformatic/kafka";
import type { GenericError } from "@platformatic/kafka";

import { eventually } from "../support/eventually.ts";
import { kafkajs as kafkajsClient } from "../support/kafkajs.ts";
import { kcat as runKcat } from "../support/kcat.ts";
import { javaOn, linesOf } from "./java.ts";
import { newTopic, platformaticBase } from "./scenario.ts";
import type { Scenario } from "./scenario.ts";

interface SeenPartition {
  readonly leader: number;
  readonly replicas: readonly number[];
  readonly isr: readonly number[];
}

const messageOf = (error: Error): string => error.message;
const byId = (a: { readonly id: number }, b: { readonly id: number }): number => a.id - b.id;

const inOrder = (ids: readonly number[]): number[] => ids.toSorted((a, b) => a - b);

/** Which broker leads is the cluster's choice: what holds for every choice. */
function healthOf({ leader, replicas, isr }: SeenPartition): unknown {
  return { led: isr.includes(leader), replicas: inOrder(replicas), inSync: inOrder(isr) };
}

const healthy = { led: true, replicas: [1, 2, 3], inSync: [1, 2, 3] };
const allBrokers = [1, 2, 3].map((id) => ({ id, name: `<broker ${id}>` }));

/** What the broker said, in \@platformatic/kafka's error. */
function refusalOf(error: Error): unknown {
  return (error as GenericError).findBy("apiId", "TOPIC_ALREADY_EXISTS")?.["apiId"] ?? error;
}

export const kcat: Scenario = {
  run: async (route) => {
    const topic = await newTopic(route, "topic", { partitions: 2 });
    const text = await runKcat(["-b", route.bootstrap, "-L", "-J", "-t", topic]);
    const { brokers, topics } = JSON.parse(text) as {
      brokers: readonly { id: number; name: string }[];
      topics: readonly {
        topic: string;
        partitions: readonly {
          leader: number;
          replicas: readonly { id: number }[];
          isrs: readonly { id: number }[];
        }[];
      }[];
    };
    return {
      brokers: brokers.toSorted(byId),
      topics: topics.map((each) => ({
        topic: each.topic,
        partitions: each.partitions.map(({ leader, replicas, isrs }) =>
          healthOf({ leader, replicas: replicas.map(({ id }) => id), isr: isrs.map(({ id }) => id) }),
        ),
      })),
    };
  },
  sees: { brokers: allBrokers, topics: [{ topic: "topic-~", partitions: [healthy, healthy] }] },
};

export const java: Scenario = {
  needs: "kafka",
  run: async (route) => {
    const run = javaOn(route);
    const topic = route.name("topic");
    const about = `--topic ${topic} --partitions 2 --replication-factor 3 --config retention.ms=600000`;
    const made = await run("topics", `--create ${about}`);
    const again = await run("topics", `--create ${about}`).catch(messageOf);
    const described = await run("topics", `--describe --topic ${topic}`);
    const removed = await run("topics", `--delete --topic ${topic}`);
    return {
      made,
      again: /Topic '.*' already exists/.exec(again)?.[0],
      described: linesOf(described).map((line) =>
        line
          .replace(/TopicId: [-\w]{22}/, "TopicId: an id")
          .replace(/Leader: [123]/, "Leader: a broker")
          .replaceAll(/(Replicas|Isr): [123],[123],[123]/g, "$1: brokers"),
      ),
      removed,
    };
  },
  sees: {
    made: "Created topic topic-~.\n",
    again: "Topic 'topic-~' already exists",
    described: [
      expect.stringMatching(/^Topic: topic-~\tTopicId: an id\tPartitionCount: 2\tReplicationFactor: 3/),
      expect.stringContaining("Partition: 0\tLeader: a broker\tReplicas: brokers\tIsr: brokers"),
      expect.stringContaining("Partition: 1\tLeader: a broker\tReplicas: brokers\tIsr: brokers"),
    ],
  },
};

export const kafkajs: Scenario = {
  run: async (route) => {
    const admin = kafkajsClient(route.bootstrap).admin();
    await admin.connect();
    const topic = route.name("topic");
    const config = [{ name: "retention.ms", value: "600000" }];
    const made = await admin.createTopics({
      topics: [{ topic, numPartitions: 2, replicationFactor: 3, configEntries: config }],
      waitForLeaders: true,
    });
    const again = await admin.createTopics({ topics: [{ topic }] });
    const listed = (await admin.listTopics()).includes(topic);
    await admin.createPartitions({ topicPartitions: [{ topic, count: 3 }] });
    let partitions: unknown[] = [];
    let ends: string[] = [];
    // Brokers hear of it one after the other, and any of them may be asked.
    await eventually(async () => {
      const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
      partitions = topics.flatMap((each) => each.partitions.map(healthOf));
      ends = (await admin.fetchTopicOffsets(topic)).map(({ offset }) => offset);
      if (partitions.length !== 3 || ends.length !== 3) throw new Error("not grown yet");
    });
    await admin.deleteTopics({ topics: [topic] });
    await eventually(async () => {
      if ((await admin.listTopics()).includes(topic)) throw new Error("still there");
    });
    const gone = await admin.fetchTopicOffsets(topic).catch((error: Error) => error.message);
    await admin.disconnect();
    return { made, again, listed, partitions, ends, gone };
  },
  sees: {
    made: true,
    again: false,
    listed: true,
    partitions: [healthy, healthy, healthy],
    ends: ["0", "0", "0"],
    gone: expect.stringContaining("does not host this topic-partition"),
  },
};

export const platformatic: Scenario = {
  run: async (route) => {
    const admin = new Admin(platformaticBase(route));
    const topic = route.name("topic");
    const [made] = await admin.createTopics({ topics: [topic], partitions: 2, replicas: 3 });
    const again = await admin.createTopics({ topics: [topic] }).catch(refusalOf);
    await eventually(async () => {
      if (!(await admin.listTopics()).includes(topic)) throw new Error("not there yet");
    });
    const { brokers, topics } = await admin.metadata({ topics: [topic], forceUpdate: true });
    const seen = topics.get(topic);
    await admin.deleteTopics({ topics: [topic] });
    await eventually(async () => {
      if ((await admin.listTopics()).includes(topic)) throw new Error("still there");
    });
    await admin.close();
    return {
      made: { name: made?.name, partitions: made?.partitions, replicas: made?.replicas },
      again,
      brokers: [...brokers].map(([id, { host, port }]) => ({ id, name: `${host}:${port}` })).toSorted(byId),
      partitions: seen?.partitions.map(healthOf),
      idIsMade: seen?.id === made?.id && made?.id !== undefined,
    };
  },
  sees: {
    made: { name: "topic-~", partitions: 2, replicas: 3 },
    again: "TOPIC_ALREADY_EXISTS",
    brokers: allBrokers,
    partitions: [healthy, healthy],
    idIsMade: true,
  },
};
