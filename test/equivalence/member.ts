import { createInterface } from "node:readline";

import { Consumer, stringDeserializers } from "@platformatic/kafka";

import { kafkajs, readWith } from "../support/kafkajs.ts";
import { endProgram, startKcat } from "./programs.ts";
import type { Route } from "./route.ts";
import { platformaticBase } from "./scenario.ts";

/** A member of a consumer group that reads a topic, and commits what it has read. */
export interface Member {
  /** The partitions that it has now. */
  readonly partitions: readonly number[];
  /** Every value that it has read. */
  readonly values: readonly string[];
  /** Leaves the group in order. */
  leave(): Promise<void>;
}

/** Joins a group. */
export type Join = (route: Route, topic: string, groupId: string) => Promise<Member>;

export const joinWithKafkajs: Join = async (route, topic, groupId) => {
  const reading = await readWith(kafkajs(route.bootstrap), topic, groupId);
  return {
    get partitions() {
      return reading.partitions;
    },
    values: reading.values,
    leave: () => reading.consumer.disconnect(),
  };
};

export const joinWithPlatformatic =
  (groupProtocol: "classic" | "consumer"): Join =>
  async (route, topic, groupId) => {
    const options =
      groupProtocol === "classic" ? { groupProtocol, heartbeatInterval: 50 } : { groupProtocol };
    const consumer = new Consumer({
      ...platformaticBase(route),
      ...options,
      groupId,
      deserializers: stringDeserializers,
      maxWaitTime: 50,
      autocommit: false,
    });
    const values: string[] = [];
    const stream = await consumer.consume({
      topics: [topic],
      mode: "committed",
      fallbackMode: "earliest",
    });
    // Not awaited before it leaves: it reads until then.
    const reading = (async () => {
      for await (const message of stream) {
        values.push(message.value);
        await message.commit();
      }
    })();
    return {
      get partitions() {
        return consumer.assignments?.find((each) => each.topic === topic)?.partitions ?? [];
      },
      values,
      leave: async () => {
        await consumer.close(true);
        await reading;
      },
    };
  };

export const joinWithKcat: Join = async (route, topic, groupId) => {
  const settings = ["auto.offset.reset=earliest", "heartbeat.interval.ms=100", "session.timeout.ms=10000"];
  const options = settings.flatMap((setting) => ["-X", setting]);
  const child = startKcat(route, ["-u", "-f", "%s\n", ...options, "-G", groupId, topic]);
  const values: string[] = [];
  let partitions: number[] = [];
  createInterface({ input: child.stdout }).on("line", (line) => values.push(line));
  createInterface({ input: child.stderr }).on("line", (line) => {
    if (!line.includes(" rebalanced ")) return;
    const [, assigned = ""] = line.split(": assigned: ");
    partitions = [...assigned.matchAll(/\[(\d+)\]/g)].map(([, partition]) => Number(partition));
  });
  return {
    get partitions() {
      return partitions;
    },
    values,
    leave: () => endProgram(child),
  };
};

export const joinWithJava =
  (groupProtocol: "classic" | "consumer"): Join =>
  async (route, topic, groupId) => {
    const child = route.tools.spawn("verifiable-consumer", [
      ...["--bootstrap-server", route.bootstrap, "--topic", topic, "--group-id", groupId],
      ...["--group-protocol", groupProtocol, "--verbose"],
    ]);
    const values: string[] = [];
    let partitions: readonly number[] = [];
    createInterface({ input: child.stdout }).on("line", (line) => {
      const event = JSON.parse(line) as VerifiableEvent;
      const named = (event.partitions ?? []).map(({ partition }) => partition);
      if (event.name === "record_data") values.push(event.value ?? "null");
      if (event.name === "partitions_assigned") partitions = [...new Set([...partitions, ...named])];
      if (event.name === "partitions_revoked")
        partitions = partitions.filter((each) => !named.includes(each));
    });
    child.stderr.resume();
    return {
      get partitions() {
        return partitions;
      },
      values,
      leave: () => endProgram(child),
    };
  };

/** One line of Kafka's VerifiableConsumer. */
interface VerifiableEvent {
  readonly name: string;
  readonly partitions?: readonly { readonly partition: number }[];
  readonly value?: string | null;
}
