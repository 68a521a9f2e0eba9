import { once } from "node:events";
import { createInterface } from "node:readline";

import { Consumer, Producer, stringDeserializers, stringSerializers } from "@platformatic/kafka";
import { Kafka, logLevel } from "kafkajs";

import { readWith } from "../support/kafkajs.ts";
import { endProgram, startKcat } from "./programs.ts";
import type { Program } from "./programs.ts";
import type { Route } from "./route.ts";
import { platformaticBase } from "./scenario.ts";

/** A producer and a consumer of one topic that live on, whatever happens to the cluster. */
export interface Talker {
  /**
   * Produces a value, maybe with spaces after it. Resolves when the client says that it has; a program
   * takes it and says nothing.
   */
  send(value: string): Promise<void>;
  /** Every value that was consumed so far, without the spaces. */
  readonly values: readonly string[];
  close(): Promise<void>;
}

export type StartTalking = (route: Route, topic: string) => Promise<Talker>;

// kcat does not look at its input before it has read so much of it.
const kcatReadsBytes = 1_024;
// What a client is given to outlast a broker that restarts.
const retries = 300;
const retryMs = 100;

export const talkWithKafkajs: StartTalking = async (route, topic) => {
  const kafka = new Kafka({
    brokers: route.bootstrap.split(","),
    logLevel: logLevel.NOTHING,
    retry: { initialRetryTime: retryMs, retries, factor: 0, multiplier: 1 },
  });
  const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 });
  await producer.connect();
  const reading = await readWith(kafka, topic, route.name("talk"));
  return {
    send: async (value) => {
      await producer.send({ topic, messages: [{ value }] });
    },
    values: reading.values,
    close: async () => {
      await producer.disconnect();
      await reading.consumer.disconnect();
    },
  };
};

export const talkWithPlatformatic: StartTalking = async (route, topic) => {
  const base = { ...platformaticBase(route), retries, retryDelay: retryMs };
  const producer = new Producer({ ...base, idempotent: true, serializers: stringSerializers });
  const groupId = route.name("talk");
  const consumer = new Consumer({ ...base, groupId, deserializers: stringDeserializers, maxWaitTime: 50 });
  const values: string[] = [];
  const stream = await consumer.consume({ topics: [topic], mode: "earliest" });
  // Not awaited before it is closed: it reads until then.
  const reading = (async () => {
    for await (const { value } of stream) values.push(value);
  })();
  return {
    send: async (value) => {
      await producer.send({ messages: [{ topic, value }] });
    },
    values,
    close: async () => {
      await producer.close();
      await consumer.close(true);
      await reading;
    },
  };
};

export const talkWithKcat: StartTalking = async (route, topic) => {
  const about = ["-t", topic, "-X", "reconnect.backoff.max.ms=500"];
  const settings = ["enable.idempotence=true", "linger.ms=0", `retry.backoff.ms=${retryMs}`];
  const producer = startKcat(route, [...about, "-P", ...settings.flatMap((each) => ["-X", each])]);
  // Unbuffered, and without an end.
  const consumer = startKcat(route, [...about, "-C", "-u", "-q", "-o", "beginning"]);
  return ofPrograms(producer, consumer, kcatReadsBytes - 1);
};

export const talkWithJava: StartTalking = async ({ bootstrap, tools }, topic) => {
  const about = ["--bootstrap-server", bootstrap, "--topic", topic];
  const producer = tools.spawn("console-producer", [...about, "--timeout", "1"]);
  const consumer = tools.spawn("console-consumer", [...about, "--from-beginning"]);
  return ofPrograms(producer, consumer);
};

/** One takes a value a line, of at least so many bytes, the other prints one a line. */
function ofPrograms(producer: Program, consumer: Program, valueBytes = 0): Talker {
  const values: string[] = [];
  createInterface({ input: consumer.stdout }).on("line", (line) => values.push(line.trimEnd()));
  for (const stream of [consumer.stderr, producer.stdout, producer.stderr]) stream.resume();
  const producerEnded = once(producer, "close");
  // One that has ended takes no more.
  producer.stdin.on("error", () => {});
  return {
    send: async (value) => {
      producer.stdin.write(`${value.padEnd(valueBytes)}\n`);
    },
    values,
    close: async () => {
      producer.stdin.end();
      await Promise.all([producerEnded, endProgram(consumer)]);
    },
  };
}
