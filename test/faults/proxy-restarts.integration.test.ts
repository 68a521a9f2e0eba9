// The proxy ends, and comes back, under clients that know nothing of it.

import { spawn } from "node:child_process";
import type { ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import type { Readable, Writable } from "node:stream";

import { Consumer, Producer, ProduceAcks, stringDeserializers, stringSerializers } from "@platformatic/kafka";
import { afterEach, beforeAll, expect, it } from "vitest";

import { freePort } from "../../scripts/kafka/ports.ts";
import { toolPath } from "../../scripts/tools.ts";
import { eventually } from "../support/eventually.ts";
import { realKafka, uniqueName } from "../support/kafka.ts";
import type { SharedKafka } from "../support/kafka.ts";
import { kcat } from "../support/kcat.ts";
import { describeWith } from "../support/needs.ts";
import { startPagoda } from "../support/pagoda.ts";
import type { PagodaProcess } from "../support/pagoda.ts";

describeWith(["kafka", "kcat"], "pagoda run before a real Kafka", () => {
  let kafka: SharedKafka;
  let proxy: PagodaProcess;

  beforeAll(async () => {
    kafka = await realKafka();
  });
  afterEach(() => proxy[Symbol.asyncDispose]());

  /** On the same ports each time. */
  async function start(listen: string): Promise<void> {
    const args = ["--bootstrap", kafka.bootstrap, "--listen", listen, "--slots", "2"];
    proxy = await startPagoda([...args, "--drain-timeout", "2s"]);
  }

  /** What is in the topic, asked without the proxy. */
  async function storedIn(topic: string): Promise<readonly string[]> {
    const text = await kcat(["-b", kafka.bootstrap, "-C", "-t", topic, "-e", "-q", "-o", "beginning"]);
    return text.trimEnd().split("\n");
  }

  it("loses nothing that was acknowledged when it is told to end under load", async () => {
    const listen = `127.0.0.1:${await freePort()}`;
    await start(listen);
    const topic = uniqueName("load");
    await kcat(["-b", proxy.address, "-P", "-t", topic], "first\n");
    const acknowledged: string[] = [];
    const ended = new AbortController();
    const producers = Array.from({ length: 4 }, (_, p) => {
      const producer = producerOf(listen, 0);
      return { p, producer };
    });
    const load = producers.map(async ({ p, producer }) => {
      for (let n = 0; !ended.signal.aborted; n++) {
        const messages = Array.from({ length: 10 }, (__, m) => ({ topic, value: `${p} ${n} ${m}` }));
        try {
          await producer.send({ messages, acks: ProduceAcks.ALL });
          acknowledged.push(...messages.map(({ value }) => value));
        } catch {
          // Not acknowledged: nobody may count on it.
        }
      }
    });
    await eventually(() => expect(acknowledged.length).toBeGreaterThan(2_000));
    proxy.signal("SIGTERM");
    expect(await proxy.exited).toBe(0);
    ended.abort();
    await Promise.all(load);
    await Promise.all(producers.map(({ producer }) => producer.close(true)));
    const stored = new Set(await storedIn(topic));
    expect(acknowledged.filter((value) => !stored.has(value))).toEqual([]);
  });

  it("is restarted under a producer and a consumer group of librdkafka, which recover by themselves", async () => {
    const listen = `127.0.0.1:${await freePort()}`;
    await start(listen);
    const topic = uniqueName("kcat");
    await kcat(["-b", listen, "-P", "-t", topic], "first\n");
    // -E: or kcat itself, not librdkafka, gives up when no broker can be reached.
    const quick = [
      "-E",
      "-X",
      "reconnect.backoff.max.ms=300",
      "-X",
      "topic.metadata.refresh.interval.ms=1000",
    ];
    const producer = run(["-b", listen, "-P", "-t", topic, "-X", "enable.idempotence=true", ...quick]);
    const consumer = run([
      "-b",
      listen,
      "-u",
      "-q",
      "-X",
      "auto.offset.reset=earliest",
      ...quick,
      "-G",
      uniqueName("group"),
      topic,
    ]);
    let read = "";
    consumer.stdout.setEncoding("utf8").on("data", (text: string) => {
      read += text;
    });
    const values = ["first"];
    const produce = (count: number): void => {
      // As long as kcat's buffer for what it reads: else it keeps the last ones to itself.
      for (let n = 0; n < count; n++) values.push(`record ${values.length} `.padEnd(4_095, "."));
      producer.stdin.write(`${values.slice(-count).join("\n")}\n`);
    };
    const expectAll = (): Promise<void> =>
      eventually(() => expect(read.trimEnd().split("\n").length).toBe(values.length));
    try {
      produce(100);
      await expectAll();
      for (const signal of ["SIGTERM", "SIGKILL"] as const) {
        proxy.signal(signal);
        produce(100);
        await proxy.exited;
        produce(100);
        await start(listen);
        produce(100);
        await expectAll();
      }
      producer.stdin.end();
      expect(await once(producer, "close")).toEqual([0, null]);
    } finally {
      producer.kill("SIGKILL");
      consumer.kill("SIGKILL");
    }
    expect(read.trimEnd().split("\n")).toEqual(values);
    expect(await storedIn(topic)).toEqual(values);
  });

  it("is restarted under a producer and a consumer of JavaScript, which recover by themselves", async () => {
    const listen = `127.0.0.1:${await freePort()}`;
    await start(listen);
    const topic = uniqueName("js");
    await kcat(["-b", listen, "-P", "-t", topic], "first\n");
    const producer = producerOf(listen, 100);
    const consumer = new Consumer({
      clientId: "test",
      bootstrapBrokers: [listen],
      groupId: uniqueName("group"),
      deserializers: stringDeserializers,
      retries: 100,
      retryDelay: 100,
    });
    const read = new Set<string>();
    const stream = await consumer.consume({ topics: [topic], mode: "earliest", maxWaitTime: 100 });
    const reading = (async () => {
      for await (const { value } of stream) read.add(value);
    })();
    const values = ["first"];
    const produce = async (count: number): Promise<void> => {
      for (let n = 0; n < count; n++) {
        const value = `record ${values.length}`;
        await producer.send({ messages: [{ topic, value }], acks: ProduceAcks.ALL });
        values.push(value);
      }
    };
    await produce(20);
    for (const signal of ["SIGTERM", "SIGKILL"] as const) {
      const meanwhile = produce(100);
      proxy.signal(signal);
      await proxy.exited;
      await start(listen);
      await meanwhile;
      await eventually(() => expect(values.filter((value) => !read.has(value))).toEqual([]));
    }
    await stream.close();
    await reading;
    await Promise.all([producer.close(true), consumer.close(true)]);
    const stored = new Set(await storedIn(topic));
    expect(values.filter((value) => !stored.has(value))).toEqual([]);
  });
});

function producerOf(bootstrap: string, retries: number): Producer<string, string, string, string> {
  return new Producer({
    clientId: "test",
    bootstrapBrokers: [bootstrap],
    serializers: stringSerializers,
    retries,
    retryDelay: 100,
  });
}

function run(args: readonly string[]): ChildProcessByStdio<Writable, Readable, null> {
  return spawn(toolPath("kcat"), [...args], { stdio: ["pipe", "pipe", "ignore"] });
}
