import { Context, stack } from "@pagoda/core";
import type { SameLayer } from "@pagoda/core";
import {
  kafkaClient,
  KafkaRequest,
  kafkaSession,
  KafkaSession,
  serveKafka,
  TopicIds,
  watchTopicIds,
} from "@pagoda/kafka";
import type { KafkaAnswer } from "@pagoda/kafka";
import { FrameDecoder } from "@pagoda/kafka/protocol";
import {
  createMetrics,
  kafkaMetrics,
  KafkaTracer,
  kafkaTracing,
  timedLayer,
  upstreamKafkaMetrics,
  upstreamTracing,
} from "@pagoda/metrics";
import type { Connection } from "@pagoda/tcp";
import { memoryConnections } from "@pagoda/tcp/testing";
import * as fc from "fast-check";
import { once } from "node:events";
import { Registry } from "prom-client";
import { expect, it } from "vitest";

import { readRealFrames } from "../packages/kafka/test/real-frames.ts";
import { quietProvider } from "../packages/proxy/test/tracing/quiet-provider.ts";

type Observer = SameLayer<KafkaRequest, KafkaAnswer>;

/** Every layer that only watches, by name. */
const observers: Readonly<Record<string, (connection: Connection) => Observer>> = {
  kafkaSession: (connection) => kafkaSession(new KafkaSession(connection)),
  kafkaMetrics: (connection) =>
    kafkaMetrics({ metrics: metrics(), connection, session: new KafkaSession(connection), nodeId }),
  kafkaTracing: (connection) =>
    kafkaTracing({ tracer: new KafkaTracer({ tracerProvider: quietProvider(), ratio: 1 }), connection }),
  watchTopicIds: () => watchTopicIds(new TopicIds()),
  timedLayer: (connection) => timedLayer("nothing", (inner) => inner, { metrics: metrics(), connection }),
  upstreamKafkaMetrics: (connection) => upstreamKafkaMetrics({ metrics: metrics(), connection, nodeId }),
  upstreamTracing: () => upstreamTracing(),
};

function nodeId(): string {
  return "1";
}

function metrics() {
  const build = { version: "0", commit: "0", kafkaProtocol: "0" };
  return createMetrics({ registry: new Registry(), build });
}

/** What real clients asked and were answered, each API in each version once. */
const exchanges = realExchanges();

it(
  "any observers, in any order, leave every byte of real traffic as it was",
  { timeout: 60_000 },
  async () => {
    expect(exchanges.length).toBeGreaterThan(100);
    const names = Object.keys(observers);
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray(names, { minLength: 0 }), async (chosen) => {
        const seen = await forward(chosen.map((name) => observers[name] as (typeof observers)[string]));
        expect(seen.byBroker.equals(Buffer.concat(exchanges.map(({ request }) => request)))).toBe(true);
        expect(seen.byClient.equals(Buffer.concat(exchanges.map(({ response }) => response)))).toBe(true);
      }),
      { numRuns: 40, examples: [[[]], [names]] },
    );
  },
);

/** Sends all requests through a stack of layers, and gives what either side got. */
async function forward(layers: readonly ((connection: Connection) => Observer)[]) {
  const [client, server] = memoryConnections();
  const [near, broker] = memoryConnections();
  const served = serveKafka((connection, scope) => {
    let tiers = stack<KafkaRequest, KafkaAnswer>();
    for (const layer of layers) tiers = tiers.push(layer(connection));
    return tiers.service(kafkaClient(() => Promise.resolve(near), scope));
  }).call(server, Context.background());
  const byBroker: Buffer[] = [];
  const byClient: Buffer[] = [];
  const frames = new FrameDecoder();
  let answered = 0;
  broker.stream.on("data", (chunk: Buffer) => {
    byBroker.push(chunk);
    for (const _ of frames.push(chunk)) broker.stream.write(exchanges[answered++]?.response);
  });
  broker.stream.on("end", () => broker.stream.end());
  client.stream.on("data", (chunk: Buffer) => byClient.push(chunk));
  for (const { request } of exchanges) {
    if (!client.stream.write(request)) await once(client.stream, "drain");
  }
  client.stream.end();
  await served;
  expect(answered).toBe(exchanges.length);
  server.stream.end();
  if (!client.stream.readableEnded) await once(client.stream, "end");
  return { byBroker: Buffer.concat(byBroker), byClient: Buffer.concat(byClient) };
}

/** Requests with the response to the same API and version, which gets the request's correlation id. */
function realExchanges(): { readonly request: Buffer; readonly response: Buffer }[] {
  const all = readRealFrames().filter(({ api }) => !api.startsWith("Sasl"));
  const keyOf = ({ client, api, version }: (typeof all)[number]): string => `${client} ${api} ${version}`;
  const responses = new Map(
    all.filter(({ direction }) => direction === "response").map((frame) => [keyOf(frame), frame.hex]),
  );
  let correlationId = 0;
  return all
    .filter(({ direction }) => direction === "request")
    .flatMap((frame) => {
      const response = responses.get(keyOf(frame));
      if (response === undefined) return [];
      const [request, answer] = [frame.hex, response].map((hex) => framed(Buffer.from(hex, "hex")));
      correlationId += 1;
      request?.writeInt32BE(correlationId, 8);
      answer?.writeInt32BE(correlationId, 4);
      // The same version, but asked with acks=0: nothing answers that.
      if (!KafkaRequest.read(request as Buffer).expectsResponse) return [];
      return [{ request: request as Buffer, response: answer as Buffer }];
    });
}

function framed(bytes: Buffer): Buffer {
  const size = Buffer.alloc(4);
  size.writeInt32BE(bytes.length);
  return Buffer.concat([size, bytes]);
}
