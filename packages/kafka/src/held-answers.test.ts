import { Context, stack } from "@pagoda/core";
import { fakeTime } from "@pagoda/core/testing";
import type { SameLayer } from "@pagoda/core";
import type { Connection } from "@pagoda/tcp";
import { memoryConnections } from "@pagoda/tcp/testing";
import { describe, expect, it } from "vitest";

import { aTurn, metadataRequest, metadataResponse, receive, someTurns } from "../test/support/wire.ts";
import { ask } from "./ask.ts";
import { kafkaClient } from "./client.ts";
import { Metadata } from "./protocol/generated/index.ts";
import type { KafkaAnswer, KafkaRequest } from "./request.ts";
import { serveKafka } from "./server.ts";

const pieceBytes = 65_536;

/** A client that reads when told, and a broker, with a layer between them. */
function proxy(layer: SameLayer<KafkaRequest, KafkaAnswer>, maxHeldBytes?: number) {
  const [client, server] = memoryConnections();
  const [near, broker] = memoryConnections();
  const done = serveKafka(
    (_, scope) =>
      stack<KafkaRequest, KafkaAnswer>()
        .push(layer)
        .service(
          kafkaClient(() => Promise.resolve(near), scope, { cutThroughBytes: 100, frameTimeoutMs: 1_000 }),
        ),
    maxHeldBytes === undefined ? {} : { maxHeldBytes },
  ).call(server, Context.background());
  done.catch(() => {});
  broker.stream.resume();
  broker.stream.on("end", () => broker.stream.end());
  return { client, broker, done };
}

/** The beginning of a response of so many pieces, with what makes it the answer to a request. */
function headOf(id: number, pieces: number): Buffer {
  const head = Buffer.alloc(8);
  head.writeInt32BE(4 + pieces * pieceBytes);
  head.writeInt32BE(id, 4);
  return head;
}

/** Writes pieces until the other side takes no more, at most `pieces`: how many it took. */
async function fill({ stream }: Connection, pieces: number): Promise<number> {
  let written = 0;
  while (written < pieces && !stream.writableNeedDrain) {
    stream.write(Buffer.alloc(pieceBytes, "x"));
    written += 1;
    await someTurns();
  }
  return written;
}

/** Holds the answer to the first request until the third one's is there. */
const firstWaitsForThird: SameLayer<KafkaRequest, KafkaAnswer> = (inner) => {
  const third = Promise.withResolvers<unknown>();
  return {
    call: (request, cx) => {
      const answer = inner.call(request, cx);
      if (request.correlationId === 3) third.resolve(answer);
      return request.correlationId === 1 ? third.promise.then(() => answer) : answer;
    },
  };
};

describe("big answers out of turn", () => {
  const time = fakeTime();

  it("stay with the broker while the one before them is being sent, however long that takes", async () => {
    const { client, broker, done } = proxy((inner) => inner);
    client.stream.pause();
    client.stream.write(Buffer.concat([metadataRequest(1), metadataRequest(2)]));
    await someTurns();
    // The first one ends within what the connections hold; the second one is what follows.
    broker.stream.write(headOf(1, 2));
    expect(await fill(broker, 2)).toBe(2);
    broker.stream.write(headOf(2, 400));
    const written = await fill(broker, 400);
    expect(written).toBeLessThan(16);
    await time.advance(10_000);
    const counted = { bytes: 0 };
    client.stream.on("data", (chunk: Buffer) => (counted.bytes += chunk.length));
    client.stream.resume();
    for (let left = 400 - written; left > 0;) {
      left -= await fill(broker, left);
      await aTurn();
    }
    const total = 16 + 402 * pieceBytes;
    for (let turn = 0; turn < 1_000 && counted.bytes < total; turn++) await aTurn();
    expect(counted.bytes).toBe(total);
    client.stream.end();
    await done;
    expect(time.timers).toBe(0);
  });

  it("are held while an answer before them waits for what comes behind them", async () => {
    const { client, broker } = proxy(firstWaitsForThird);
    const received = receive(client);
    client.stream.write(Buffer.concat([1, 2, 3].map((id) => metadataRequest(id))));
    await someTurns();
    broker.stream.write(Buffer.concat([metadataResponse(1), headOf(2, 30)]));
    expect(await fill(broker, 30)).toBe(30);
    broker.stream.write(metadataResponse(3));
    const total = 2 * metadataResponse(1).length + 8 + 30 * pieceBytes;
    expect(await received.atLeast(total)).toHaveLength(total);
  });

  it("are held while an answer before them waits for a request of a layer's own", async () => {
    const { client, broker } = proxy((inner) => ({
      call: async (request, cx) => {
        const answer = await inner.call(request, cx);
        if (request.correlationId === 1) {
          await ask(inner, Metadata, { version: 12, body: Metadata.request.of() }, cx);
        }
        return answer;
      },
    }));
    const received = receive(client);
    client.stream.write(Buffer.concat([1, 2].map((id) => metadataRequest(id))));
    await someTurns();
    broker.stream.write(Buffer.concat([metadataResponse(1), headOf(2, 30)]));
    expect(await fill(broker, 30)).toBe(30);
    broker.stream.write(metadataResponse(-2));
    const total = metadataResponse(1).length + 8 + 30 * pieceBytes;
    expect(await received.atLeast(total)).toHaveLength(total);
  });

  it("are held up to maxHeldBytes, and end the connection when that does not help", async () => {
    const { client, broker, done } = proxy(firstWaitsForThird, 10 * pieceBytes);
    receive(client);
    client.stream.write(Buffer.concat([1, 2, 3].map((id) => metadataRequest(id))));
    await someTurns();
    broker.stream.write(Buffer.concat([metadataResponse(1), headOf(2, 400)]));
    expect(await fill(broker, 400)).toBeLessThan(24);
    await time.advance(1_000);
    await expect(done).rejects.toMatchObject({ code: "FRAME_TIMEOUT" });
    expect(time.timers).toBe(0);
  });
});
