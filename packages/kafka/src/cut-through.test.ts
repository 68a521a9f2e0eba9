import { Context, stack } from "@pagoda/core";
import { fakeTime } from "@pagoda/core/testing";
import type { SameLayer } from "@pagoda/core";
import type { Connection } from "@pagoda/tcp";
import { memoryConnections } from "@pagoda/tcp/testing";
import { describe, expect, it } from "vitest";

import { aTurn, metadataRequest, metadataResponse, receive, someTurns } from "../test/support/wire.ts";
import type { Received } from "../test/support/wire.ts";
import { kafkaClient } from "./client.ts";
import type { KafkaClientOptions } from "./client.ts";
import { onApi } from "./layers/on-api.ts";
import { Metadata } from "./protocol/generated/index.ts";
import { KafkaRequest } from "./request.ts";
import type { KafkaAnswer } from "./request.ts";
import { noResponse } from "./response.ts";
import type { KafkaResponse } from "./response.ts";
import { serveKafka } from "./server.ts";

type KafkaLayer = SameLayer<KafkaRequest, KafkaAnswer>;
type Change = (answer: KafkaResponse, request: KafkaRequest) => KafkaAnswer | Promise<KafkaAnswer>;

interface Proxied {
  readonly client: Connection;
  readonly broker: Connection;
  readonly received: Received;
  readonly done: Promise<void>;
}

/** A client and a broker with a stack between them, responses above 100 bytes being cut through. */
function proxy(layer: KafkaLayer, options: KafkaClientOptions = {}): Proxied {
  const [client, server] = memoryConnections();
  const [near, broker] = memoryConnections();
  const done = serveKafka((_, scope) =>
    stack<KafkaRequest, KafkaAnswer>()
      .push(layer)
      .service(kafkaClient(() => Promise.resolve(near), scope, { cutThroughBytes: 100, ...options })),
  ).call(server, Context.background());
  done.catch(() => {});
  broker.stream.resume();
  // As brokers do.
  broker.stream.on("end", () => broker.stream.end());
  return { client, broker, received: receive(client), done };
}

function onAnswer(change: Change): KafkaLayer {
  return (inner) => ({
    call: async (request, cx) => {
      const answer = await inner.call(request, cx);
      return answer === noResponse ? answer : change(answer, request);
    },
  });
}

const untouched = onAnswer((answer) => answer);
const big = (id: number): Uint8Array => metadataResponse(id, "x".repeat(1_000));

/** A response whose body nobody may read. */
function opaque(id: number, bytes: number): Buffer {
  const frame = Buffer.alloc(8 + bytes, "x");
  frame.writeInt32BE(4 + bytes);
  frame.writeInt32BE(id, 4);
  return frame;
}

describe("a big response", () => {
  it("is sent on as it arrives, and those behind it follow", async () => {
    const { client, broker, received } = proxy(untouched);
    client.stream.write(Buffer.concat([1, 2, 3].map((id) => metadataRequest(id))));
    const expected = Buffer.concat([metadataResponse(1), big(2), metadataResponse(3)]);
    const cut = metadataResponse(1).length + 300;
    await someTurns();
    broker.stream.write(expected.subarray(0, cut));
    expect(await received.atLeast(cut)).toEqual(expected.subarray(0, cut));
    broker.stream.write(expected.subarray(cut));
    expect(await received.atLeast(expected.length)).toEqual(expected);
  });

  it("takes no memory beside what the client has not read yet", async () => {
    const { client, broker, received } = proxy(untouched);
    client.stream.pause();
    client.stream.write(metadataRequest(1));
    await someTurns();
    const piece = Buffer.alloc(65_536, "x");
    const total = 400 * piece.length;
    broker.stream.write(opaque(1, total).subarray(0, 8));
    let written = 0;
    while (written < 400 && !broker.stream.writableNeedDrain) {
      broker.stream.write(piece);
      written += 1;
      await aTurn();
    }
    // Both connections' buffers, and a piece or two between them.
    expect(written).toBeLessThan(16);
    client.stream.resume();
    for (; written < 400; written++) {
      if (broker.stream.writableNeedDrain) {
        await new Promise<void>((resolve) => {
          broker.stream.once("drain", resolve);
        });
      }
      broker.stream.write(piece);
    }
    expect(await received.atLeast(total + 8)).toHaveLength(total + 8);
  });

  it("gets the id of the request that it answers", async () => {
    const own = KafkaRequest.of(Metadata, { version: 12, body: Metadata.request.of() });
    const { client, broker, received } = proxy((inner) => ({ call: (_, cx) => inner.call(own, cx) }));
    client.stream.write(metadataRequest(7));
    await someTurns();
    broker.stream.write(big(-2).subarray(0, 300));
    await someTurns();
    broker.stream.write(big(-2).subarray(300));
    expect(await received.atLeast(big(7).length)).toEqual(Buffer.from(big(7)));
  });

  it("has a body once it was gathered", async () => {
    const { client, broker, received } = proxy(
      onAnswer(async (answer) => {
        expect(answer.whole).toBe(false);
        expect(() => answer.body).toThrow("gather() it first");
        const whole = await answer.gather();
        expect(whole.is(Metadata) && whole.body.clusterId).toBe("x".repeat(1_000));
        return whole;
      }),
    );
    client.stream.write(metadataRequest(1));
    await someTurns();
    broker.stream.write(big(1).subarray(0, 300));
    await someTurns();
    broker.stream.write(big(1).subarray(300));
    expect(await received.atLeast(big(1).length)).toEqual(Buffer.from(big(1)));
  });

  it("is gathered for a hook that wants to see it", async () => {
    const { client, broker, received } = proxy(
      onApi(Metadata, { response: (response) => response.withBody({ ...response.body, clusterId: "mine" }) }),
    );
    client.stream.write(metadataRequest(1));
    await someTurns();
    broker.stream.write(big(1).subarray(0, 300));
    await someTurns();
    broker.stream.write(big(1).subarray(300));
    const expected = Buffer.from(metadataResponse(1, "mine"));
    expect(await received.atLeast(expected.length)).toEqual(expected);
  });

  it("is gathered when it is not its turn, so that an answer before it can wait for a later one", async () => {
    let release = (): void => {};
    const { client, broker, received } = proxy(
      onAnswer((answer, { correlationId }) => {
        if (correlationId === 3) release();
        if (correlationId !== 1) return answer;
        return new Promise((resolve) => {
          release = () => resolve(answer);
        });
      }),
    );
    client.stream.write(Buffer.concat([1, 2, 3].map((id) => metadataRequest(id))));
    await someTurns();
    const expected = Buffer.concat([metadataResponse(1), opaque(2, 1_000_000), metadataResponse(3)]);
    for (let at = 0; at < expected.length; at += 50_000) {
      broker.stream.write(expected.subarray(at, at + 50_000));
      await someTurns();
    }
    expect((await received.atLeast(expected.length)).equals(expected)).toBe(true);
  });

  it("larger than may be gathered is refused to who wants to", async () => {
    const { client, broker, done } = proxy(
      onAnswer((answer) => answer.gather()),
      { maxGatheredBytes: 500 },
    );
    client.stream.write(metadataRequest(1));
    await someTurns();
    broker.stream.write(big(1).subarray(0, 300));
    await expect(done).rejects.toMatchObject({ code: "FRAME_TOO_LARGE", maxFrameBytes: 500 });
  });

  it("that breaks off ends the client's connection: it has a part of it", async () => {
    const { client, broker, received, done } = proxy(untouched);
    client.stream.write(metadataRequest(1));
    await someTurns();
    broker.stream.end(big(1).subarray(0, 300));
    await expect(done).rejects.toMatchObject({ code: "UPSTREAM_CLOSED" });
    expect(received.bytes).toEqual(Buffer.from(big(1).subarray(0, 300)));
  });

  it("that a layer discards is read to its end, and not sent", async () => {
    const { client, broker, received } = proxy(
      onAnswer((answer, request) => {
        answer.discard();
        return request.is(Metadata) ? request.respond(Metadata.response.of({ clusterId: "mine" })) : answer;
      }),
    );
    client.stream.write(Buffer.concat([metadataRequest(1), metadataRequest(2)]));
    await someTurns();
    const bytes = Buffer.concat([opaque(1, 500_000), opaque(2, 500_000)]);
    for (let at = 0; at < bytes.length; at += 50_000) {
      broker.stream.write(bytes.subarray(at, at + 50_000));
      await someTurns();
    }
    const expected = Buffer.concat([metadataResponse(1, "mine"), metadataResponse(2, "mine")]);
    expect(await received.atLeast(expected.length)).toEqual(expected);
  });

  it("ends when the client does", async () => {
    const { client, broker, done } = proxy(untouched);
    client.stream.write(metadataRequest(1));
    await someTurns();
    broker.stream.write(big(1).subarray(0, 300));
    await someTurns();
    (client.transport as unknown as { resetAndDestroy(): void }).resetAndDestroy();
    await done;
  });

  describe("with a clock", () => {
    const time = fakeTime();

    it("that a layer drops ends the connection to the broker, which it would block", async () => {
      const { client, broker, done } = proxy(
        onAnswer((_, request) =>
          request.is(Metadata) ? request.respond(Metadata.response.of()) : noResponse,
        ),
        { frameTimeoutMs: 1_000 },
      );
      client.stream.write(metadataRequest(1));
      await someTurns();
      broker.stream.write(opaque(1, 1_000_000).subarray(0, 10));
      broker.stream.write(opaque(1, 1_000_000).subarray(10, 500_000));
      await someTurns();
      await time.advance(1_000);
      await done;
      expect(time.timers).toBe(0);
    });

    it("may take longer than frameTimeoutMs, as long as pieces come", async () => {
      const { client, broker, received } = proxy(untouched, { frameTimeoutMs: 1_000 });
      client.stream.write(metadataRequest(1));
      await someTurns();
      for (let at = 0; at < big(1).length; at += 200) {
        broker.stream.write(big(1).subarray(at, at + 200));
        await someTurns();
        await time.advance(900);
      }
      expect(received.bytes).toEqual(Buffer.from(big(1)));
      expect(time.timers).toBe(0);
    });
  });
});
