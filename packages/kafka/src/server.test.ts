import { fakeTime, mockService } from "@pagoda/core/testing";
import { describe, expect, it } from "vitest";

import { answerTo, arrived, serve, sizes } from "../test/support/served.ts";
import {
  apiVersionsRequest,
  aTurn,
  metadataRequest,
  metadataResponse,
  produceRequest,
  someTurns,
} from "../test/support/wire.ts";
import { Metadata } from "./protocol/generated/index.ts";
import { KafkaResponse, noResponse } from "./response.ts";
import { serveKafka } from "./server.ts";
import type { KafkaAnswer, KafkaRequest } from "./request.ts";

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
