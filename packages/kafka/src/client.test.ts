import { Context, Scope } from "@pagoda/core";
import { fakeTime } from "@pagoda/core/testing";
import type { Connection } from "@pagoda/tcp";
import { memoryConnections } from "@pagoda/tcp/testing";
import { describe, expect, it } from "vitest";

import {
  metadataRequest,
  metadataResponse,
  produceRequest,
  receive,
  someTurns,
} from "../test/support/wire.ts";
import type { Received } from "../test/support/wire.ts";
import { kafkaClient } from "./client.ts";
import type { KafkaClientOptions, KafkaService } from "./client.ts";
import { Metadata } from "./protocol/generated/index.ts";
import { readRequestFrame } from "./protocol/frame/request-frame.ts";
import { KafkaRequest } from "./request.ts";
import type { KafkaAnswer } from "./request.ts";
import { responseFlow } from "./response-flow.ts";
import { KafkaResponse, noResponse } from "./response.ts";

interface Upstream {
  readonly service: KafkaService;
  readonly scope: Scope;
  /** Our end of the connection, and the broker's. */
  readonly near: Connection;
  readonly broker: Connection;
  readonly received: Received;
  /** Lets the connection open. */
  readonly open: () => void;
  readonly refuse: (error: Error) => void;
}

function upstream(options: KafkaClientOptions = {}): Upstream {
  const [near, broker] = memoryConnections();
  const scope = new Scope();
  const { promise, resolve, reject } = Promise.withResolvers<Connection>();
  return {
    service: kafkaClient(() => promise, scope, options),
    scope,
    near,
    broker,
    received: receive(broker),
    open: () => resolve(near),
    refuse: reject,
  };
}

function openUpstream(options?: KafkaClientOptions): Upstream {
  const made = upstream(options);
  made.open();
  return made;
}

const cx = Context.background();
const metadata = (id: number): KafkaRequest => KafkaRequest.read(metadataRequest(id));

function bytesOf(answer: KafkaAnswer): Buffer {
  if (!(answer instanceof KafkaResponse)) throw new Error("no response");
  return Buffer.from(answer.toFrame(answer.correlationId));
}

describe("kafkaClient", () => {
  it("opens nothing before the first request, and sends what came before it was open in order", async () => {
    let connects = 0;
    const [near, broker] = memoryConnections();
    const { promise, resolve } = Promise.withResolvers<Connection>();
    const service = kafkaClient(() => {
      connects += 1;
      return promise;
    }, new Scope());
    const received = receive(broker);
    await someTurns();
    expect(connects).toBe(0);
    const answers = [1, 2, 3].map((id) => service.call(metadata(id), cx));
    await someTurns();
    resolve(near);
    const sent = Buffer.concat([1, 2, 3].map((id) => metadataRequest(id)));
    expect(await received.atLeast(sent.length)).toEqual(sent);
    expect(connects).toBe(1);
    broker.stream.write(Buffer.concat([1, 2, 3].map((id) => metadataResponse(id))));
    expect((await Promise.all(answers)).map(bytesOf)).toEqual(
      [1, 2, 3].map((id) => Buffer.from(metadataResponse(id))),
    );
  });

  it("fails what waits with why the connection could not be opened", async () => {
    const { service, refuse, scope } = upstream();
    const answer = service.call(metadata(1), cx);
    const failure = Object.assign(new Error("refused"), { code: "ECONNREFUSED" });
    refuse(failure);
    await expect(answer).rejects.toBe(failure);
    expect(scope.closed).toBe(true);
  });

  it("fails every request under way when the connection ends in the middle of an answer", async () => {
    const { service, broker, received, scope } = openUpstream();
    const answers = [service.call(metadata(1), cx), service.call(metadata(2), cx)];
    const settled = Promise.allSettled(answers);
    await received.atLeast(2 * metadataRequest(1).length);
    broker.stream.end(metadataResponse(1).subarray(0, 10));
    for (const result of await settled) {
      expect(result).toMatchObject({
        status: "rejected",
        reason: { code: "UPSTREAM_CLOSED", retriable: true, unanswered: 2, upstream: "192.0.2.2:9092" },
      });
    }
    await expect(service.call(metadata(3), cx)).rejects.toMatchObject({ code: "UPSTREAM_CLOSED" });
    expect(service.status?.()).toBe("closed");
    expect(scope.closed).toBe(true);
  });

  it("has the reset as the cause", async () => {
    const { service, broker, received } = openUpstream();
    const answer = service.call(metadata(1), cx);
    const settled = expect(answer).rejects.toMatchObject({
      code: "UPSTREAM_CLOSED",
      cause: { code: "ECONNRESET" },
    });
    await received.atLeast(1);
    (broker.transport as unknown as { resetAndDestroy(): void }).resetAndDestroy();
    await settled;
  });

  it("closes on an answer with another id than the one whose turn it is", async () => {
    const { service, near, broker } = openUpstream();
    const answers = [service.call(metadata(1), cx), service.call(metadata(2), cx)];
    const settled = Promise.allSettled(answers);
    await someTurns();
    broker.stream.write(metadataResponse(2));
    for (const result of await settled) {
      expect(result).toMatchObject({ reason: { code: "CORRELATION_MISMATCH", expected: 1, received: 2 } });
    }
    expect(await near.closed).toMatchObject({ cause: "protocol_error", error: { expected: 1 } });
  });

  it("closes on an answer that nobody waits for", async () => {
    const { service, near, broker } = openUpstream();
    await service.call(KafkaRequest.read(produceRequest(1, 0)), cx);
    broker.stream.write(metadataResponse(1));
    expect(await near.closed).toMatchObject({ cause: "protocol_error" });
    await expect(service.call(metadata(2), cx)).rejects.toMatchObject({
      code: "CORRELATION_MISMATCH",
      expected: null,
    });
  });

  it("answers noResponse to 100,000 Produce requests with acks=0, and keeps nothing of them", async () => {
    // With room for one: had any of them been kept, the last would be refused.
    const { service, broker, received } = openUpstream({ maxPending: 1 });
    const request = KafkaRequest.read(produceRequest(1, 0));
    for (let round = 0; round < 100; round++) {
      const answers = Array.from({ length: 1_000 }, () => service.call(request, cx));
      expect(new Set(await Promise.all(answers))).toEqual(new Set([noResponse]));
    }
    const answer = service.call(metadata(2), cx);
    await received.atLeast(100_000 * produceRequest(1, 0).length + metadataRequest(2).length);
    broker.stream.write(metadataResponse(2));
    expect(bytesOf(await answer)).toEqual(Buffer.from(metadataResponse(2)));
  });

  it("refuses more requests than may wait", async () => {
    const { service } = openUpstream({ maxPending: 1 });
    service.call(metadata(1), cx).catch(() => {});
    expect(service.status?.()).toBe("busy");
    await expect(service.call(metadata(2), cx)).rejects.toMatchObject({ code: "OVERLOADED" });
  });

  it("gives a layer's own request an id that none has, and disturbs no other", async () => {
    const { service, broker, received } = openUpstream();
    const own = KafkaRequest.of(Metadata, { version: 12, body: Metadata.request.of() });
    const answers = [
      service.call(metadata(-2), cx),
      service.call(own, cx),
      service.call(own, cx),
      service.call(metadata(7), cx),
    ];
    await received.atLeast(2 * metadataRequest(1).length + 2 * own.toFrame().length);
    const ids = framesOf(received.bytes).map((bytes) => readRequestFrame(bytes).correlationId);
    expect(ids).toEqual([-2, -3, -4, 7]);
    broker.stream.write(Buffer.concat(ids.map((id) => metadataResponse(id))));
    expect((await Promise.all(answers)).map(bytesOf)).toEqual(
      ids.map((id) => Buffer.from(metadataResponse(id))),
    );
  });

  it("settles a cancelled request at once, and drops its answer when it comes", async () => {
    const { service, broker, received } = openUpstream();
    const gone = cx.fork();
    const first = service.call(metadata(1), gone);
    const second = service.call(metadata(2), cx);
    await received.atLeast(2 * metadataRequest(1).length);
    gone.cancel(new Error("gone"));
    await expect(first).rejects.toThrow("gone");
    broker.stream.write(Buffer.concat([metadataResponse(1), metadataResponse(2)]));
    expect(bytesOf(await second)).toEqual(Buffer.from(metadataResponse(2)));
    expect(gone.attached).toBe(0);
  });

  it("does not read the broker while who asked is slow", async () => {
    const { service, broker } = openUpstream();
    let drained = (): void => {};
    const flow = { congested: true, onDrain: (listener: () => void) => (drained = listener) };
    const slow = cx.with(responseFlow, flow);
    const first = service.call(metadata(1), slow);
    const second = service.call(metadata(2), slow);
    let answered = false;
    void second.then(() => (answered = true));
    await someTurns();
    broker.stream.write(metadataResponse(1));
    await first;
    await someTurns();
    broker.stream.write(metadataResponse(2));
    await someTurns();
    expect(answered).toBe(false);
    flow.congested = false;
    drained();
    expect(bytesOf(await second)).toEqual(Buffer.from(metadataResponse(2)));
  });

  it("writes what was taken before it closes in order", async () => {
    const { service, scope, broker, received } = openUpstream();
    await service.call(KafkaRequest.read(produceRequest(1, 0)), cx);
    const last = service.call(KafkaRequest.read(produceRequest(2, 0)), cx);
    last.catch(() => {});
    broker.stream.on("end", () => broker.stream.end());
    await scope.close();
    expect(received.bytes).toEqual(Buffer.concat([produceRequest(1, 0), produceRequest(2, 0)]));
    await expect(service.call(metadata(3), cx)).rejects.toMatchObject({ code: "UPSTREAM_CLOSED" });
  });

  it("closes a connection that opens when nobody wants it any more", async () => {
    const { service, scope, near, open } = upstream();
    const answer = service.call(metadata(1), cx);
    answer.catch(() => {});
    await scope.close();
    await expect(answer).rejects.toMatchObject({ code: "UPSTREAM_CLOSED" });
    open();
    expect(await near.closed).toMatchObject({ cause: "drain" });
  });

  describe("with a clock", () => {
    const time = fakeTime();

    it("fails on a response that is begun and not completed in time", async () => {
      const { service, broker } = openUpstream({ frameTimeoutMs: 1_000 });
      const answer = service.call(metadata(1), cx);
      answer.catch(() => {});
      await someTurns();
      broker.stream.write(metadataResponse(1).subarray(0, 9));
      await someTurns();
      await time.advance(1_000);
      await expect(answer).rejects.toMatchObject({ code: "FRAME_TIMEOUT" });
      expect(time.timers).toBe(0);
    });

    it("does not wait longer than lingerMs for a broker that does not close", async () => {
      const { service, scope, received } = openUpstream({ lingerMs: 1_000 });
      service.call(metadata(1), cx).catch(() => {});
      await received.atLeast(1);
      const closing = scope.close();
      await someTurns();
      await time.advance(1_000);
      await closing;
      expect(time.timers).toBe(0);
    });
  });
});

function framesOf(bytes: Buffer): Buffer[] {
  const frames: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += 4 + bytes.readInt32BE(at)) {
    frames.push(bytes.subarray(at + 4, at + 4 + bytes.readInt32BE(at)));
  }
  return frames;
}
