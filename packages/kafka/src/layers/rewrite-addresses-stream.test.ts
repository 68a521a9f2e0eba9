import { Context, stack } from "@pagoda/core";
import { memoryConnections } from "@pagoda/tcp/testing";
import { describe, expect, it } from "vitest";

import { receive } from "../../test/support/wire.ts";
import { kafkaClient } from "../client.ts";
import { Cluster } from "../cluster/cluster.ts";
import type { ApiDefinition } from "../protocol/api.ts";
import { encodeRequestFrame, encodeResponseFrame } from "../protocol/frame/encode-frame.ts";
import { readResponseFrame } from "../protocol/frame/response-frame.ts";
import { Fetch, Metadata, ShareFetch } from "../protocol/generated/index.ts";
import type { KafkaAnswer, KafkaRequest } from "../request.ts";
import type { Answered } from "../response.ts";
import { serveKafka } from "../server.ts";
import { rewriteAddresses } from "./rewrite-addresses.ts";

const advertise = (nodeId: number) => ({ host: "proxy", port: 20_000 + nodeId });

describe("a response that is handed on as it arrives", () => {
  const nodeEndpoints = [{ nodeId: 1, host: "secret", port: 9092 }];
  const records = Buffer.alloc(5_000, "r");

  /** What a client receives, and what was told of it, when big responses are those above 1000 bytes. */
  async function proxied<Req, Res>(api: ApiDefinition<Req, Res>, version: number, body: Res, cut: number) {
    const [client, server] = memoryConnections();
    const [near, broker] = memoryConnections();
    const cluster = new Cluster({ bootstrap: [{ host: "b", port: 1 }] });
    const hidden: Answered[] = [];
    const done = serveKafka((_, scope) =>
      stack<KafkaRequest, KafkaAnswer>()
        .push(rewriteAddresses({ cluster, advertise, onHidden: (response) => hidden.push(response) }))
        .service(kafkaClient(() => Promise.resolve(near), scope, { cutThroughBytes: 1_000 })),
    ).call(server, Context.background());
    broker.stream.on("end", () => broker.stream.end());
    const received = receive(client);
    const asked = receive(broker);
    const request = encodeRequestFrame(api, version, { correlationId: 3, clientId: null }, api.request.of());
    client.stream.write(request);
    await asked.atLeast(request.length);
    const frame = encodeResponseFrame(api, version, { correlationId: 3 }, body);
    broker.stream.write(frame.subarray(0, cut));
    await received.atLeast(Math.min(cut, 1_000));
    const early = received.bytes.length;
    broker.stream.write(frame.subarray(cut));
    const bytes = await received.atLeast(frame.length);
    client.stream.end();
    await done;
    const { bodyOffset } = readResponseFrame(bytes.subarray(4), api, version);
    return {
      frame,
      bytes,
      early,
      hidden,
      body: api.response.decode(bytes.subarray(4 + bodyOffset), version),
    };
  }

  it("stays so, and has its tagged endpoints hidden", async () => {
    const body = Fetch.response.of({ responses: [{ partitions: [{ records }] }], nodeEndpoints });
    const { bytes, early, hidden, ...got } = await proxied(Fetch, 17, body, 3_000);
    expect(early).toBeGreaterThan(0);
    expect(bytes.includes("secret")).toBe(false);
    expect(got.body.nodeEndpoints).toEqual([]);
    expect(Buffer.from(got.body.responses[0]?.partitions[0]?.records ?? []).equals(records)).toBe(true);
    expect(hidden).toMatchObject([{ apiKey: 1, apiVersion: 17 }]);
  });

  it("stays so, and has endpoints behind records hidden", async () => {
    const body = ShareFetch.response.of({ responses: [{ partitions: [{ records }] }], nodeEndpoints });
    const { bytes, early, hidden, ...got } = await proxied(ShareFetch, 1, body, 3_000);
    expect(early).toBeGreaterThan(0);
    expect(bytes.includes("secret")).toBe(false);
    expect(got.body.nodeEndpoints).toEqual([]);
    expect(hidden).toMatchObject([{ apiKey: 78, apiVersion: 1 }]);
  });

  it("goes on byte for byte where it has none", async () => {
    const body = Fetch.response.of({ responses: [{ partitions: [{ records }] }] });
    const { bytes, frame, hidden } = await proxied(Fetch, 17, body, 3_000);
    expect(bytes.equals(frame)).toBe(true);
    expect(hidden).toEqual([]);
  });

  it("is gathered where addresses are the answer", async () => {
    const topics = Array.from({ length: 100 }, (_, index) => ({ name: `a-topic-${index}` }));
    const body = Metadata.response.of({ brokers: [{ nodeId: 1, host: "secret", port: 9092 }], topics });
    const { hidden, ...got } = await proxied(Metadata, 12, body, 1_500);
    expect(got.body.brokers).toMatchObject([{ nodeId: 1, host: "proxy", port: 20_001 }]);
    expect(got.body.topics).toHaveLength(100);
    expect(hidden).toEqual([]);
  });
});
