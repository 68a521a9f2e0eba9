import { Context } from "@pagoda/core";
import { memoryConnections } from "@pagoda/tcp/testing";
import type { Duplex } from "node:stream";
import { describe, expect, it, vi } from "vitest";

import { batchOf, named, textsOf } from "../../test/ask-cluster.ts";
import { ask } from "../ask.ts";
import type { ApiDefinition } from "../protocol/api.ts";
import { encodeRequestFrame } from "../protocol/frame/encode-frame.ts";
import { FrameDecoder } from "../protocol/frame/frame-decoder.ts";
import { correlationIdOf } from "../protocol/frame/response-frame.ts";
import { ApiVersions } from "../protocol/generated/api-versions.ts";
import { DescribeCluster } from "../protocol/generated/describe-cluster.ts";
import { Fetch } from "../protocol/generated/fetch.ts";
import { Metadata } from "../protocol/generated/metadata.ts";
import { Produce } from "../protocol/generated/produce.ts";
import { brokerRequests, brokerService } from "./broker-service.ts";
import { ClusterModel } from "./cluster-model.ts";

const model = (): ClusterModel => new ClusterModel({ topics: { orders: {} } });

/** A client's end of a connection to broker 1, and what becomes of the call that serves it. */
function connectTo(cluster: ClusterModel, maxFrameBytes = 10_000) {
  const [client, server] = memoryConnections();
  const served = brokerService(cluster, 1, { maxFrameBytes }).call(server, Context.background());
  // As `serve` does when a call is over.
  const ended = served.finally(() => server.stream.end());
  return { stream: client.stream, ended };
}

function frame<Request>(
  api: ApiDefinition<Request, unknown>,
  correlationId: number,
  request: Request = api.request.of(),
  version: number = api.versions.max,
): Uint8Array {
  return encodeRequestFrame(api, version, { correlationId, clientId: "test" }, request);
}

/** Everything that comes until the other side ends. */
async function framesOf(stream: Duplex): Promise<Uint8Array[]> {
  const decoder = new FrameDecoder();
  const frames: Uint8Array[] = [];
  for await (const chunk of stream) frames.push(...decoder.push(chunk as Uint8Array));
  decoder.end();
  return frames;
}

function produceRequest(acks: number, value: string) {
  const topicData = [{ name: "orders", partitionData: [{ index: 0, records: batchOf([value]) }] }];
  return Produce.request.of({ acks, topicData });
}

describe("a broker of an in-memory cluster, without a connection", () => {
  it("is a service of requests, for layers to be tested on", async () => {
    const broker = brokerRequests(model(), 1, "192.0.2.1");
    const body = Metadata.request.of({ topics: [{ name: "orders" }] });
    const { topics } = await ask(broker, Metadata, { version: 12, body }, Context.background());
    expect(topics).toMatchObject([{ name: "orders", errorCode: 0 }]);
  });
});

describe("a broker of an in-memory cluster, on a connection", () => {
  it("answers pipelined requests in their order, also when an early one waits", async () => {
    const cluster = model();
    const { stream, ended } = connectTo(cluster);
    const topics = [{ topic: "orders", partitions: [{ partition: 0, partitionMaxBytes: 1_000 }] }];
    const waits = Fetch.request.of({ maxWaitMs: 20, minBytes: 1, maxBytes: 1_000, topics });
    stream.write(Buffer.concat([frame(Fetch, 1, waits, 12), frame(Metadata, 2)]));
    stream.end(frame(DescribeCluster, 3));
    expect((await framesOf(stream)).map(correlationIdOf)).toEqual([1, 2, 3]);
    await ended;
  });

  it("answers nothing to acks 0, and goes on", async () => {
    const cluster = model();
    const { stream, ended } = connectTo(cluster);
    stream.write(frame(Produce, 1, produceRequest(0, "a"), 12));
    stream.end(frame(Produce, 2, produceRequest(1, "b"), 12));
    expect((await framesOf(stream)).map(correlationIdOf)).toEqual([2]);
    await ended;
    expect(textsOf(cluster.records("orders"))).toEqual(["a", "b"]);
  });

  it("answers requests that come byte by byte", async () => {
    const { stream, ended } = connectTo(model());
    for (const byte of frame(ApiVersions, 7)) stream.write(Uint8Array.of(byte));
    stream.end();
    expect((await framesOf(stream)).map(correlationIdOf)).toEqual([7]);
    await ended;
  });

  it("answers an ApiVersions from the future in version 0 (KIP-511)", async () => {
    const { stream, ended } = connectTo(model());
    const request = frame(ApiVersions, 9);
    new DataView(request.buffer, request.byteOffset).setInt16(6, 99);
    stream.end(request);
    const [answer] = await framesOf(stream);
    const body = ApiVersions.response.decode((answer ?? new Uint8Array(0)).subarray(4), 0);
    expect(named(body.errorCode)).toBe("UNSUPPORTED_VERSION");
    expect(body.apiKeys).toMatchObject([{ apiKey: 18, maxVersion: 4 }]);
    await ended;
  });

  it("ends the connection for an API that does not exist, a frame too big, and half a frame", async () => {
    const unknown = frame(ApiVersions, 1);
    new DataView(unknown.buffer, unknown.byteOffset).setInt16(4, 999);
    const cases = [
      { bytes: unknown, code: "UNSUPPORTED_VERSION" },
      { bytes: frame(Produce, 1, produceRequest(1, "x".repeat(20_000)), 12), code: "FRAME_TOO_LARGE" },
      { bytes: frame(Metadata, 1).subarray(0, 9), code: "MALFORMED_FRAME" },
      { bytes: Buffer.from("GET / HTTP/1.1\r\n\r\n"), code: "FRAME_TOO_LARGE" },
    ];
    for (const { bytes, code } of cases) {
      const { stream, ended } = connectTo(model());
      stream.end(bytes);
      await expect(ended).rejects.toMatchObject({ code });
    }
  });

  it("reads no further than its client reads its answers", async () => {
    const cluster = model();
    const handled = vi.spyOn(cluster, "handle");
    const { stream, ended } = connectTo(cluster);
    for (let n = 0; n < 100; n += 1) cluster.createTopic(`topic-${n}`);
    const request = frame(Metadata, 1, Metadata.request.of({ topics: null }));
    for (let n = 0; n < 2_000; n += 1) stream.write(request);
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    // As many answers as both ends buffer, and not one for each request.
    expect(handled.mock.calls.length).toBeGreaterThan(0);
    expect(handled.mock.calls.length).toBeLessThan(200);
    stream.destroy();
    await ended;
  });
});
