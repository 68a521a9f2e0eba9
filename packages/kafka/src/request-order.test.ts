import { concurrencyLimit, Context, rateLimit, stack } from "@pagoda/core";
import { fakeTime } from "@pagoda/core/testing";
import { memoryConnections } from "@pagoda/tcp/testing";
import { describe, expect, it } from "vitest";

import { proxy } from "../test/support/proxied.ts";
import type { KafkaLayer, Proxied } from "../test/support/proxied.ts";
import {
  aTurn,
  bigProduceRequest,
  metadataRequest,
  metadataResponse,
  produceRequest,
  produceResponse,
  receive,
  someTurns,
} from "../test/support/wire.ts";
import { ask } from "./ask.ts";
import { kafkaClient } from "./client.ts";
import { KafkaApiError } from "./errors/error-answer.ts";
import { onApi } from "./layers/on-api.ts";
import { readRequestFrame } from "./protocol/frame/request-frame.ts";
import { Metadata, Produce } from "./protocol/generated/index.ts";
import type { KafkaAnswer, KafkaRequest } from "./request.ts";
import { serveKafka } from "./server.ts";

const sized = (id: number, bytes: number, acks = -1): Uint8Array => bigProduceRequest(id, acks, bytes);

/** Which requests came out, by their correlation ids, in that order. */
function idsIn(bytes: Buffer): number[] {
  const ids: number[] = [];
  for (let at = 0; at < bytes.length; at += 4 + bytes.readInt32BE(at)) {
    ids.push(readRequestFrame(bytes.subarray(at + 4, at + 4 + bytes.readInt32BE(at))).correlationId);
  }
  return ids;
}

/** What comes in one piece is never cut through: the first ends in the second piece. */
async function idsSent({ client, sent }: Proxied, ...requests: Uint8Array[]): Promise<number[]> {
  const all = Buffer.concat(requests);
  const half = (requests[0]?.length ?? 0) / 2;
  client.stream.write(all.subarray(0, half));
  await someTurns();
  client.stream.write(all.subarray(half));
  return idsIn(await sent.atLeast(all.length));
}

/** A layer that waits for so many turns of the event loop with the request of each id. */
function waits(turns: Readonly<Record<number, number>>): KafkaLayer {
  return (inner) => ({
    call: async (request, cx) => {
      for (let left = turns[request.correlationId] ?? 0; left > 0; left--) await aTurn();
      return inner.call(request, cx);
    },
  });
}

describe("requests of one connection reach the broker in the client's order", () => {
  it.each([-1, 0])("behind big ones that a layer gathers, with acks=%i", async (acks) => {
    const proxied = proxy(onApi(Produce, { request: (request) => request }));
    const requests = [300_000, 10, 200_000, 20].map((bytes, id) => sized(id, bytes, acks));
    expect(await idsSent(proxied, ...requests)).toEqual([0, 1, 2, 3]);
  });

  it("when each has been given another body", async () => {
    const proxied = proxy(onApi(Produce, { request: (request) => request.withBody({ ...request.body }) }));
    const requests = [300_000, 10, 20].map((bytes, id) => sized(id, bytes));
    expect(await idsSent(proxied, ...requests)).toEqual([0, 1, 2]);
  });

  it("when a layer waits for longer with the first than with those behind it", async () => {
    const requests = [0, 1, 2, 3].map((id) => metadataRequest(id));
    expect(await idsSent(proxy(waits({ 0: 20, 1: 5, 2: 10 })), ...requests)).toEqual([0, 1, 2, 3]);
  });

  it("when only some wait for their turn at a rate", async () => {
    const slow = rateLimit<KafkaRequest, KafkaAnswer>({ perSecond: 1_000, maxQueued: 10 });
    const proxied = proxy((inner) => {
      const limited = slow(inner);
      return { call: (request, cx) => (request.is(Produce) ? limited : inner).call(request, cx) };
    });
    const requests = [0, 1, 3].flatMap((id) => [produceRequest(2 * id, -1), metadataRequest(2 * id + 1)]);
    proxied.client.stream.write(Buffer.concat(requests));
    const bytes = Buffer.concat(requests).length;
    await expect.poll(() => proxied.sent.bytes.length).toBe(bytes);
    expect(idsIn(proxied.sent.bytes)).toEqual([0, 1, 2, 3, 6, 7]);
  });

  it("when the scope of kafkaClient is a fork", async () => {
    const [client, server] = memoryConnections();
    const [near, broker] = memoryConnections();
    const done = serveKafka((_, scope) =>
      stack<KafkaRequest, KafkaAnswer>()
        .push(waits({ 0: 10 }))
        .service(kafkaClient(() => Promise.resolve(near), scope.fork())),
    ).call(server, Context.background());
    done.catch(() => {});
    const requests = Buffer.concat([metadataRequest(0), metadataRequest(1)]);
    const sent = receive(broker);
    client.stream.write(requests);
    expect(idsIn(await sent.atLeast(requests.length))).toEqual([0, 1]);
  });
});

describe("a request whose turn it is", () => {
  it("takes no slot that the one before it needs", async () => {
    const one = concurrencyLimit<KafkaRequest, KafkaAnswer>({ max: 1, maxQueued: 10 });
    const proxied = proxy((inner) => waits({ 0: 10 })(one(inner)));
    const { client, broker, sent, received } = proxied;
    const requests = [0, 1].map((id) => metadataRequest(id));
    client.stream.write(Buffer.concat(requests));
    for (const [id, request] of requests.entries()) {
      // oxlint-disable-next-line no-await-in-loop -- one is let through when the other has its answer
      expect(idsIn(await sent.atLeast(request.length * (id + 1)))).toHaveLength(id + 1);
      broker.stream.write(metadataResponse(id));
    }
    const answers = Buffer.concat([metadataResponse(0), metadataResponse(1)]);
    expect(await received.atLeast(answers.length)).toEqual(answers);
  });

  it.each([
    ["answers", (request: KafkaRequest) => request.respond(Metadata.response.of())],
    ["refuses", () => Promise.reject(new KafkaApiError("POLICY_VIOLATION", "no"))],
  ])("passes it on where a layer %s the request after a while", async (_, decide) => {
    const proxied = proxy((inner) => ({
      call: async (request, cx) => {
        if (request.correlationId !== 1) return inner.call(request, cx);
        await someTurns();
        return decide(request);
      },
    }));
    // The first has no answer yet: nothing is sent to the client that would go on with the next.
    const requests = [0, 1, 2].map((id) => metadataRequest(id));
    proxied.client.stream.write(Buffer.concat(requests));
    const bytes = requests.length * (requests[0]?.length ?? 0) - (requests[1]?.length ?? 0);
    expect(idsIn(await proxied.sent.atLeast(bytes))).toEqual([0, 2]);
  });

  it("lets a layer ask the broker first", async () => {
    const proxied = proxy((inner) => ({
      call: async (request, cx) => {
        if (request.correlationId === 1) {
          await ask(inner, Metadata, { version: 12, body: Metadata.request.of() }, cx);
        }
        return inner.call(request, cx);
      },
    }));
    const { client, broker, sent } = proxied;
    client.stream.write(Buffer.concat([produceRequest(0, -1), produceRequest(1, -1), produceRequest(2, -1)]));
    await someTurns();
    const [first, own] = idsIn(sent.bytes);
    expect(idsIn(sent.bytes)).toEqual([0, own]);
    broker.stream.write(Buffer.concat([produceResponse(first as number), metadataResponse(own as number)]));
    await someTurns();
    expect(idsIn(sent.bytes)).toEqual([0, own, 1, 2]);
  });
});

describe("with a clock", () => {
  const time = fakeTime();

  it("leaves nothing behind when the client goes away while a request is held", async () => {
    const proxied = proxy(waits({ 0: 10 }));
    proxied.client.stream.end(Buffer.concat([metadataRequest(0), metadataRequest(1)]));
    await proxied.sent.atLeast(2 * metadataRequest(0).length);
    proxied.broker.stream.write(Buffer.concat([metadataResponse(0), metadataResponse(1)]));
    await proxied.done;
    expect(idsIn(proxied.sent.bytes)).toEqual([0, 1]);
    expect(time.timers).toBe(0);
  });
});
