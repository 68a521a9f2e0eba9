import { Context, Drain, TimeoutError } from "@pagoda/core";
import { mockService } from "@pagoda/core/testing";
import { connectionDrain } from "@pagoda/tcp";
import { memoryConnections } from "@pagoda/tcp/testing";
import { describe, expect, it } from "vitest";

import { answerTo, arrived, serve, sizes } from "../test/support/served.ts";
import {
  apiVersionsRequest,
  aTurn,
  frame,
  metadataRequest,
  metadataResponse,
  produceRequest,
  receive,
  someTurns,
} from "../test/support/wire.ts";
import { KafkaApiError } from "./errors/error-answer.ts";
import { ApiVersions, Metadata } from "./protocol/generated/index.ts";
import { decodeResponseBody, readResponseFrame } from "./protocol/frame/response-frame.ts";
import { serveKafka } from "./server.ts";
import type { KafkaAnswer, KafkaRequest } from "./request.ts";

describe("serveKafka, where a call fails", () => {
  it("tells the client of a failed call in the version that it asked in", async () => {
    const served = serve();
    served.client.stream.write(metadataRequest(7));
    await arrived(served, 1);
    served.broker.calls[0]?.fail(new KafkaApiError("TOPIC_AUTHORIZATION_FAILED", "not for you"));
    await served.received.atLeast(20);
    const read = readResponseFrame(served.received.bytes.subarray(4), Metadata, 12);
    expect(read.correlationId).toBe(7);
    expect(decodeResponseBody(read, Metadata).topics).toMatchObject([{ name: "orders", errorCode: 29 }]);
  });

  it("answers a timeout as one, and goes on", async () => {
    const served = serve();
    served.client.stream.write(Buffer.concat([apiVersionsRequest(1, 3), metadataRequest(2)]));
    await arrived(served, 2);
    served.broker.calls[0]?.fail(new TimeoutError(100));
    const second = await served.broker.call(1);
    second.respond(answerTo(second.request));
    const length = (await served.received.atLeast(sizes + 8)).length - sizes;
    const read = readResponseFrame(served.received.bytes.subarray(4, length), ApiVersions, 3);
    expect(decodeResponseBody(read, ApiVersions).errorCode).toBe(7);
    expect(served.received.bytes.subarray(length)).toEqual(Buffer.from(metadataResponse(2)));
  });

  it("ends with a failure that has no answer, after the answers before it", async () => {
    const served = serve();
    served.client.stream.write(Buffer.concat([metadataRequest(1), metadataRequest(2), metadataRequest(3)]));
    await arrived(served, 3);
    const failure = Object.assign(new Error("gone"), { code: "ECONNRESET" });
    served.broker.calls[1]?.fail(failure);
    const last = await served.broker.call(2);
    last.respond(answerTo(last.request));
    await someTurns();
    const first = await served.broker.call(0);
    first.respond(answerTo(first.request));
    await expect(served.done).rejects.toBe(failure);
    expect(await served.received.atLeast(sizes)).toEqual(Buffer.from(metadataResponse(1)));
  });

  it("ends when the answer to acks=0 is a failure: there is no other way to tell", async () => {
    const served = serve();
    served.client.stream.write(produceRequest(1, 0));
    await arrived(served, 1);
    served.broker.calls[0]?.fail(new TimeoutError(100));
    await expect(served.done).rejects.toMatchObject({ code: "TIMEOUT" });
  });

  it.each([
    ["a frame above maxFrameBytes", Buffer.from("7fffffff", "hex"), "FRAME_TOO_LARGE"],
    ["a negative size", Buffer.from("ffffffff", "hex"), "MALFORMED_FRAME"],
    ["a frame that is no request", frame(0, 3), "MALFORMED_MESSAGE"],
    [
      "garbage after a valid request",
      Buffer.concat([metadataRequest(1), Buffer.alloc(4)]),
      "MALFORMED_FRAME",
    ],
  ])("fails on %s", async (_, bytes, code) => {
    const served = serve();
    served.client.stream.write(bytes);
    await expect(served.done).rejects.toMatchObject({ code, kind: "protocol" });
    expect(served.broker.disposals).toBe(1);
  });

  it("fails on an end within a frame", async () => {
    const served = serve();
    served.client.stream.end(metadataRequest(1).subarray(0, 9));
    await expect(served.done).rejects.toMatchObject({ code: "MALFORMED_FRAME" });
  });
});

describe("serveKafka, at the end", () => {
  it("answers what is under way when the client has ended, then is done", async () => {
    const served = serve();
    served.client.stream.end(metadataRequest(1));
    await arrived(served, 1);
    const call = await served.broker.call(0);
    call.respond(answerTo(call.request));
    await served.done;
    expect(await served.received.atLeast(sizes)).toEqual(Buffer.from(metadataResponse(1)));
  });

  /** As `maxAge` tells a single connection to end. */
  const itsOwn = (drain: Drain) =>
    serve({}, (inner) => ({ call: (client, cx) => inner.call(client, cx.with(connectionDrain, drain)) }));

  it.each([
    ["it drains", (drain: Drain) => serve({ drain })],
    ["only this connection is told to end", itsOwn],
  ])("answers what is under way when %s, takes nothing more, then is done", async (_, start) => {
    const drain = new Drain();
    const served = start(drain);
    served.client.stream.write(metadataRequest(1));
    await arrived(served, 1);
    void drain.start({ deadlineMs: 1_000 });
    await aTurn();
    served.client.stream.write(metadataRequest(2));
    await someTurns();
    const call = await served.broker.call(0);
    call.respond(answerTo(call.request));
    await served.done;
    expect(await served.received.atLeast(sizes)).toEqual(Buffer.from(metadataResponse(1)));
    expect(served.broker.calls).toHaveLength(1);
  });

  it("cancels what is under way, and is done, when the client is gone", async () => {
    const served = serve();
    served.client.stream.write(metadataRequest(1));
    await arrived(served, 1);
    served.client.close("io_error");
    served.server.close("io_error");
    await served.done;
    expect(served.broker.calls[0]?.cx.cancelled).toBe(true);
    expect(served.broker.disposals).toBe(1);
  });

  it("fails with the reason when it is cancelled", async () => {
    const served = serve();
    served.cx.cancel(new Error("enough"));
    await expect(served.done).rejects.toThrow("enough");
    expect(served.cx.attached).toBe(0);
  });

  it("ends in order when its scope is closed", async () => {
    const [client, server] = memoryConnections();
    const broker = mockService<KafkaRequest, KafkaAnswer>();
    let close = (): unknown => undefined;
    const done = serveKafka((_, scope) => {
      close = () => scope.close();
      return broker.service;
    }).call(server, Context.background());
    receive(client);
    await aTurn();
    void close();
    await done;
    expect(broker.disposals).toBe(1);
  });
});
