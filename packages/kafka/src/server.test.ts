import { Context, Drain, TimeoutError } from "@pagoda/core";
import { fakeTime, mockService } from "@pagoda/core/testing";
import type { MockService } from "@pagoda/core/testing";
import type { Connection } from "@pagoda/tcp";
import { memoryConnections } from "@pagoda/tcp/testing";
import { describe, expect, it } from "vitest";

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
import type { Received } from "../test/support/wire.ts";
import { ApiVersions, Metadata } from "./protocol/generated/index.ts";
import { decodeResponseBody, readResponseFrame } from "./protocol/frame/response-frame.ts";
import type { KafkaAnswer, KafkaRequest } from "./request.ts";
import { KafkaResponse, noResponse } from "./response.ts";
import { serveKafka } from "./server.ts";
import type { ServeKafkaOptions } from "./server.ts";
import { KafkaApiError } from "./errors/error-answer.ts";

interface Served {
  readonly client: Connection;
  readonly server: Connection;
  readonly broker: MockService<KafkaRequest, KafkaAnswer>;
  readonly received: Received;
  readonly done: Promise<void>;
  readonly cx: Context;
}

function serve(options: ServeKafkaOptions = {}): Served {
  const [client, server] = memoryConnections();
  const broker = mockService<KafkaRequest, KafkaAnswer>();
  const cx = Context.background().fork();
  const done = serveKafka(() => broker.service, options).call(server, cx);
  done.catch(() => {});
  return { client, server, broker, received: receive(client), done, cx };
}

function answerTo(request: KafkaRequest): KafkaResponse {
  return KafkaResponse.read(metadataResponse(request.correlationId), request);
}

async function arrived({ broker }: Served, count: number): Promise<void> {
  for (let turn = 0; turn < 1_000 && broker.calls.length < count; turn++) await aTurn();
  expect(broker.calls).toHaveLength(count);
}

const sizes = metadataResponse(1).length;

describe("serveKafka", () => {
  it("calls for pipelined requests at once, and answers them in their order", async () => {
    const served = serve();
    served.client.stream.write(Buffer.concat([1, 2, 3].map((id) => metadataRequest(id))));
    await arrived(served, 3);
    for (const index of [2, 0, 1]) {
      const call = await served.broker.call(index);
      call.respond(answerTo(call.request));
    }
    const expected = Buffer.concat([1, 2, 3].map((id) => metadataResponse(id)));
    expect(await served.received.atLeast(expected.length)).toEqual(expected);
  });

  it("finds the same requests however the bytes are cut, and forwards them as they came", async () => {
    const requests = [metadataRequest(1), produceRequest(2, -1), apiVersionsRequest(3, 3)];
    const bytes = Buffer.concat(requests);
    for (let cut = 0; cut <= bytes.length; cut++) {
      const served = serve();
      served.client.stream.write(bytes.subarray(0, cut));
      await aTurn();
      served.client.stream.write(bytes.subarray(cut));
      await arrived(served, 3);
      expect(served.broker.calls.map(({ request }) => Buffer.from(request.toFrame()))).toEqual(
        requests.map((request) => Buffer.from(request)),
      );
      served.server.close("peer_closed");
      await served.done;
    }
  });

  it("writes all answers of one turn at once", async () => {
    const served = serve();
    served.client.stream.write(Buffer.concat([1, 2, 3, 4].map((id) => metadataRequest(id))));
    await arrived(served, 4);
    for (const call of served.broker.calls) call.respond(answerTo(call.request));
    await served.received.atLeast(4 * sizes);
    expect(served.received.chunks).toHaveLength(1);
  });

  it("takes no more than maxInFlight requests, and does not read while it has them", async () => {
    const served = serve({ maxInFlight: 2 });
    for (let id = 1; id <= 5; id++) served.client.stream.write(metadataRequest(id));
    await arrived(served, 2);
    await someTurns();
    expect(served.broker.calls).toHaveLength(2);
    expect(served.server.stream.isPaused()).toBe(true);
    const call = await served.broker.call(0);
    call.respond(answerTo(call.request));
    await arrived(served, 3);
  });

  it("takes the next request only below maxInFlightBytes, and one that is larger by itself", async () => {
    const served = serve({ maxInFlightBytes: 10 });
    served.client.stream.write(Buffer.concat([metadataRequest(1), metadataRequest(2)]));
    await arrived(served, 1);
    await someTurns();
    expect(served.broker.calls).toHaveLength(1);
    const call = await served.broker.call(0);
    call.respond(answerTo(call.request));
    await arrived(served, 2);
  });

  it("does not read a client that does not take its answers", async () => {
    const served = serve();
    served.client.stream.pause();
    const clusterId = "x".repeat(20_000);
    for (let id = 1; id <= 20; id++) {
      served.client.stream.write(metadataRequest(id));
      await someTurns();
      for (const call of served.broker.calls) {
        call.respond(KafkaResponse.of(call.request, Metadata.response.of({ clusterId })));
      }
    }
    await someTurns();
    const taken = served.broker.calls.length;
    expect(taken).toBeLessThan(20);
    served.client.stream.resume();
    await arrived(served, 20);
  });

  it("sends nothing for Produce with acks=0, and keeps the answers behind it in order", async () => {
    const served = serve();
    served.client.stream.write(Buffer.concat([produceRequest(1, 0), metadataRequest(2)]));
    await arrived(served, 2);
    const [produce, metadata] = served.broker.calls;
    metadata?.respond(answerTo(metadata.request));
    await someTurns();
    expect(served.received.bytes).toHaveLength(0);
    produce?.respond(noResponse);
    expect(await served.received.atLeast(sizes)).toEqual(Buffer.from(metadataResponse(2)));
  });

  it("gives an answer that was made for another request the id of the one it answers", async () => {
    const served = serve();
    served.client.stream.write(metadataRequest(7));
    await arrived(served, 1);
    const call = await served.broker.call(0);
    call.respond(KafkaResponse.read(metadataResponse(99), call.request));
    expect(await served.received.atLeast(sizes)).toEqual(Buffer.from(metadataResponse(7)));
  });

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

  it("answers what is under way when the client has ended, then is done", async () => {
    const served = serve();
    served.client.stream.end(metadataRequest(1));
    await arrived(served, 1);
    const call = await served.broker.call(0);
    call.respond(answerTo(call.request));
    await served.done;
    expect(await served.received.atLeast(sizes)).toEqual(Buffer.from(metadataResponse(1)));
  });

  it("answers what is under way when it drains, takes nothing more, then is done", async () => {
    const drain = new Drain();
    const served = serve({ drain });
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

  it.each([
    ["maxInFlight", { maxInFlight: 0 }],
    ["maxInFlightBytes", { maxInFlightBytes: 0.5 }],
    ["maxFrameBytes", { maxFrameBytes: 2 ** 31 }],
    ["frameTimeoutMs", { frameTimeoutMs: 0 }],
    ["lingerMs", { lingerMs: -1 }],
  ])("refuses a senseless %s", (name, options) => {
    expect(() => serveKafka(() => mockService<KafkaRequest, KafkaAnswer>().service, options)).toThrow(name);
  });

  describe("with a clock", () => {
    const time = fakeTime();

    it("fails on a request that is begun and not completed in time", async () => {
      const served = serve({ frameTimeoutMs: 1_000 });
      served.client.stream.write(metadataRequest(1).subarray(0, 9));
      await someTurns();
      await time.advance(999);
      served.client.stream.write(metadataRequest(1).subarray(9, 12));
      await someTurns();
      expect(time.timers).toBe(1);
      await time.advance(1);
      await expect(served.done).rejects.toMatchObject({ code: "FRAME_TIMEOUT" });
      expect(time.timers).toBe(0);
    });

    it("gives each request a time of its own, and has no clock running between them", async () => {
      const served = serve({ frameTimeoutMs: 1_000 });
      const [one, two] = [metadataRequest(1), metadataRequest(2)];
      served.client.stream.write(one.subarray(0, 9));
      await someTurns();
      await time.advance(900);
      served.client.stream.write(Buffer.concat([one.subarray(9), two.subarray(0, 9)]));
      await someTurns();
      await time.advance(900);
      served.client.stream.write(two.subarray(9));
      await arrived(served, 2);
      expect(time.timers).toBe(0);
    });

    it("has no clock running while it does not read", async () => {
      const served = serve({ frameTimeoutMs: 1_000, maxInFlight: 1 });
      const [one, two] = [metadataRequest(1), metadataRequest(2)];
      served.client.stream.write(Buffer.concat([one, two.subarray(0, 9)]));
      await arrived(served, 1);
      await someTurns();
      expect(time.timers).toBe(0);
    });
  });
});
