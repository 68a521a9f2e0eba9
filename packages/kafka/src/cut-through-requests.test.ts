import { Context, Drain, observe, TimeoutError } from "@pagoda/core";
import { fakeTime } from "@pagoda/core/testing";
import type { Connection } from "@pagoda/tcp";
import { describe, expect, it } from "vitest";

import {
  aTurn,
  bigProduceRequest,
  metadataRequest,
  metadataResponse,
  produceResponse,
  someTurns,
} from "../test/support/wire.ts";
import { proxy } from "../test/support/proxied.ts";
import type { KafkaLayer, Proxied } from "../test/support/proxied.ts";
import type { Received } from "../test/support/wire.ts";
import { ask } from "./ask.ts";
import { KafkaApiError } from "./errors/error-answer.ts";
import { onApi } from "./layers/on-api.ts";
import { watchApi } from "./layers/watch-api.ts";
import { Metadata, Produce } from "./protocol/generated/index.ts";
import { decodeRequestBody, readRequestFrame } from "./protocol/frame/request-frame.ts";
import { decodeResponseBody, readResponseFrame } from "./protocol/frame/response-frame.ts";
import type { KafkaAnswer, KafkaRequest } from "./request.ts";

function onRequest(call: (request: KafkaRequest) => Promise<KafkaAnswer>): KafkaLayer {
  return () => ({ call });
}

const bytes = 300_000;
const big = (id: number, acks = -1): Buffer => Buffer.from(bigProduceRequest(id, acks, bytes));
const half = 150_000;

async function writeHalf({ client }: Proxied, request: Uint8Array = big(1)): Promise<void> {
  client.stream.write(request.subarray(0, half));
  await someTurns();
}

/** The answer to a Produce request that a layer refused. */
function errorCodeIn({ bytes }: Received): number | undefined {
  const body = decodeResponseBody(readResponseFrame(bytes.subarray(4), Produce, 9), Produce);
  return body.responses[0]?.partitionResponses[0]?.errorCode;
}

describe("a big request", () => {
  it("is sent on as it arrives, and those behind it follow", async () => {
    const proxied = proxy();
    const { client, broker, sent, received } = proxied;
    const requests = Buffer.concat([metadataRequest(1), big(2), metadataRequest(3)]);
    await writeHalf(proxied, requests);
    expect(await sent.atLeast(half)).toEqual(requests.subarray(0, half));
    client.stream.write(requests.subarray(half));
    expect((await sent.atLeast(requests.length)).equals(requests)).toBe(true);
    const answers = Buffer.concat([metadataResponse(1), produceResponse(2), metadataResponse(3)]);
    broker.stream.write(answers);
    expect(await received.atLeast(answers.length)).toEqual(answers);
  });

  it("of 100 MB takes no memory beside what the broker has not read yet", async () => {
    const { client, broker } = proxy();
    broker.stream.pause();
    const piece = Buffer.alloc(65_536, "x");
    const pieces = 1_525;
    const request = Buffer.from(bigProduceRequest(1, -1, 10).subarray(0, 60));
    request.writeInt32BE(request.length - 4 + pieces * piece.length);
    client.stream.write(request);
    let written = 0;
    while (written < pieces && !client.stream.writableNeedDrain) {
      client.stream.write(piece);
      written += 1;
      await aTurn();
    }
    // Both connections' buffers, the head, and a piece or two between them.
    expect(written).toBeLessThan(16);
    const counted = { bytes: 0 };
    broker.stream.removeAllListeners("data").on("data", (chunk: Buffer) => (counted.bytes += chunk.length));
    broker.stream.resume();
    for (; written < pieces; written++) {
      while (client.stream.writableNeedDrain) await aTurn();
      client.stream.write(piece);
    }
    const total = request.length + pieces * piece.length;
    for (let turn = 0; turn < 1_000 && counted.bytes < total; turn++) await aTurn();
    expect(counted.bytes).toBe(total);
  });

  it("has its header, and not its body, which a layer can gather", async () => {
    const proxied = proxy((inner) => ({
      call: async (request, cx) => {
        expect(request).toMatchObject({ whole: false, correlationId: 1, clientId: "test" });
        expect(request).toMatchObject({ expectsResponse: true, byteLength: big(1).length });
        expect(() => request.body).toThrow("gather() it first");
        const whole = await request.gather();
        expect(whole.is(Produce) && whole.body.topicData[0]?.name).toBe("orders");
        return inner.call(whole, cx);
      },
    }));
    await writeHalf(proxied);
    proxied.client.stream.write(big(1).subarray(half));
    expect((await proxied.sent.atLeast(big(1).length)).equals(big(1))).toBe(true);
  });

  it("is gathered for a hook that wants to see it", async () => {
    const proxied = proxy(
      onApi(Produce, { request: (request) => request.withBody({ ...request.body, acks: -1 }) }),
    );
    await writeHalf(proxied, big(1, 1));
    proxied.client.stream.write(big(1, 1).subarray(half));
    const frame = readRequestFrame((await proxied.sent.atLeast(big(1).length)).subarray(4));
    expect(decodeRequestBody(frame)).toMatchObject({ acks: -1 });
  });

  it("is not gathered for who watches", async () => {
    const seen: object[] = [];
    const watcher = watchApi(Produce, {
      onRequest: ({ whole, byteLength }) => void seen.push({ whole, byteLength }),
    });
    const proxied = proxy(observe([watcher]));
    await writeHalf(proxied);
    expect(seen).toEqual([{ whole: false, byteLength: big(1).length }]);
    expect(await proxied.sent.atLeast(half)).toHaveLength(half);
  });

  it("larger than may be gathered is refused to who wants to", async () => {
    const proxied = proxy(onApi(Produce, { request: (request) => request }), { maxGatheredBytes: 200_000 });
    await writeHalf(proxied);
    await expect(proxied.done).rejects.toMatchObject({ code: "FRAME_TOO_LARGE", maxFrameBytes: 200_000 });
  });

  it("without an answer is over when the broker's connection has taken it", async () => {
    const proxied = proxy();
    const { client, broker, sent, received } = proxied;
    await writeHalf(proxied, big(1, 0));
    client.stream.write(Buffer.concat([big(1, 0).subarray(half), metadataRequest(2)]));
    const expected = Buffer.concat([big(1, 0), metadataRequest(2)]);
    expect((await sent.atLeast(expected.length)).equals(expected)).toBe(true);
    broker.stream.write(metadataResponse(2));
    expect(await received.atLeast(10)).toEqual(Buffer.from(metadataResponse(2)));
  });

  it("that a layer answers is read to its end, and answered then", async () => {
    const proxied = proxy(
      onRequest((request) =>
        Promise.resolve(
          request.is(Produce) ? request.respond(Produce.response.of()) : request.respond(undefined),
        ),
      ),
    );
    await writeHalf(proxied);
    expect(proxied.received.bytes).toHaveLength(0);
    proxied.client.stream.write(Buffer.concat([big(1).subarray(half), big(2)]));
    const expected = Buffer.concat([produceResponse(1), produceResponse(2)]);
    expect(await proxied.received.atLeast(expected.length)).toEqual(expected);
  });

  it("that a layer refuses is answered with the error, in the places that it asks for", async () => {
    const proxied = proxy(onRequest(() => Promise.reject(new KafkaApiError("POLICY_VIOLATION", "no"))));
    await writeHalf(proxied);
    proxied.client.stream.write(big(1).subarray(half));
    await proxied.received.atLeast(20);
    expect(errorCodeIn(proxied.received)).toBe(44);
  });

  it("has the requests of layers behind it, not within it", async () => {
    const proxied = proxy((inner) => ({
      call: (request, cx) => {
        const answer = inner.call(request, cx);
        void ask(inner, Metadata, { version: 12, body: Metadata.request.of() }, cx).catch(() => {});
        return answer;
      },
    }));
    await writeHalf(proxied);
    proxied.client.stream.write(big(1).subarray(half));
    const sent = await proxied.sent.atLeast(big(1).length + 10);
    expect(sent.subarray(0, big(1).length).equals(big(1))).toBe(true);
    expect(readRequestFrame(sent.subarray(big(1).length + 4)).api?.name).toBe("Metadata");
  });

  it("cannot be sent twice", async () => {
    const proxied = proxy((inner) => ({
      call: (request, cx) => Promise.race([inner.call(request, cx), inner.call(request, cx)]),
    }));
    await writeHalf(proxied);
    proxied.client.stream.write(big(1).subarray(half));
    await expect(proxied.done).rejects.toThrow("cannot be sent again");
  });

  it("fails when the broker goes away in the middle", async () => {
    const proxied = proxy();
    await writeHalf(proxied);
    proxied.broker.close("io_error");
    await expect(proxied.done).rejects.toMatchObject({ code: "UPSTREAM_CLOSED" });
  });

  it("is read to its end when the broker goes away and a layer answers instead", async () => {
    const proxied = proxy((inner) => ({
      call: (request, cx) =>
        inner
          .call(request, cx)
          .catch(() => (request.is(Produce) ? request.respond(Produce.response.of()) : expect.unreachable())),
    }));
    await writeHalf(proxied);
    proxied.broker.close("io_error");
    await someTurns();
    proxied.client.stream.write(big(1).subarray(half));
    expect(await proxied.received.atLeast(10)).toEqual(Buffer.from(produceResponse(1)));
  });

  it.each([
    ["breaks off", (client: Connection) => client.stream.end(), { code: "MALFORMED_FRAME" }],
    [
      "is gone",
      (client: Connection) => (client.transport as unknown as { resetAndDestroy(): void }).resetAndDestroy(),
      undefined,
    ],
  ])("ends the broker's connection when the client %s in the middle", async (_, leave, failure) => {
    const failures: unknown[] = [];
    const proxied = proxy((inner) => ({
      call: (request) =>
        inner.call(request, Context.background()).catch((error: unknown) => {
          failures.push(error);
          throw error;
        }),
    }));
    await writeHalf(proxied);
    leave(proxied.client);
    if (failure === undefined) await proxied.done;
    else await expect(proxied.done).rejects.toMatchObject(failure);
    await proxied.broker.closed;
    expect(failures).toMatchObject([{ code: "REQUEST_CUT_OFF" }]);
  });

  it("ends the connections when its call is given up in the middle", async () => {
    const failure = new TimeoutError(100);
    const given = Promise.withResolvers<never>();
    const proxied = proxy((inner) => ({
      call: (request, cx) => {
        const attempt = cx.fork();
        given.promise.catch(() => attempt.cancel(failure));
        return inner.call(request, attempt);
      },
    }));
    await writeHalf(proxied);
    given.reject(failure);
    await expect(proxied.done).rejects.toBe(failure);
    await proxied.broker.closed;
  });

  it("is taken to its end and answered when the proxy drains", async () => {
    const drain = new Drain();
    const proxied = proxy((inner) => inner, { drain });
    await writeHalf(proxied);
    void drain.start({ deadlineMs: 1_000 });
    await someTurns();
    proxied.client.stream.write(Buffer.concat([big(1).subarray(half), metadataRequest(2)]));
    expect((await proxied.sent.atLeast(big(1).length)).equals(big(1))).toBe(true);
    proxied.broker.stream.write(produceResponse(1));
    await proxied.done;
    expect(await proxied.received.atLeast(10)).toEqual(Buffer.from(produceResponse(1)));
  });

  describe("with a clock", () => {
    const time = fakeTime();

    it("fails when the client stalls between two pieces", async () => {
      const proxied = proxy((inner) => inner, { frameTimeoutMs: 1_000 });
      await writeHalf(proxied);
      await time.advance(1_000);
      await expect(proxied.done).rejects.toMatchObject({ code: "FRAME_TIMEOUT" });
      await proxied.broker.closed;
      expect(time.timers).toBe(0);
    });

    it("may take longer than frameTimeoutMs, as long as pieces come", async () => {
      const proxied = proxy((inner) => inner, { frameTimeoutMs: 1_000 });
      for (let at = 0; at < big(1).length; at += 80_000) {
        proxied.client.stream.write(big(1).subarray(at, at + 80_000));
        await someTurns();
        await time.advance(900);
      }
      expect((await proxied.sent.atLeast(big(1).length)).equals(big(1))).toBe(true);
      expect(time.timers).toBe(0);
    });
  });
});
