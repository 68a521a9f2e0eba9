import { buffer } from "node:stream/consumers";

import { stack } from "@pagoda/core";
import type { GuardedService, Service } from "@pagoda/core";
import { fakeTime, layerContract } from "@pagoda/core/testing";
import type { MemoryDuplex } from "@pagoda/core/testing";
import { describe, expect, expectTypeOf, it } from "vitest";

import { firstBytes } from "../../test/golden/first-bytes.ts";
import { bytesOf, connect, consumer, get, hello, ping, turn } from "../../test/detecting.ts";
import { overText } from "../../test/over-text.ts";
import type { Connection } from "../connection.ts";
import { detect } from "./detect.ts";
import type { DetectOptions } from "./detect.ts";
import type { Detected, Detection } from "./detection.ts";
import type { Detector } from "./detector.ts";

layerContract("detect", () => {
  const anything: Detector = { protocol: "text", detect: () => "match" };
  return overText(detect<Connection, string>({ detectors: [anything] }));
});

describe("detect", () => {
  const time = fakeTime();

  it.each([
    ["kafka", undefined, consumer],
    ["http", "http/1.1", get],
    ["http", "h2", bytesOf("http", "curl, HTTP/2")],
    ["tls", undefined, bytesOf("tls", "openssl, TLS 1.2, neither SNI nor ALPN")],
  ])("writes %s (%s) on the connection, and gives its bytes back", async (protocol, detail, bytes) => {
    const { client, server, reached } = connect();
    client.end(bytes);
    const connection = await reached();
    expect(connection).toBe(server);
    expect(connection.detected).toEqual({
      protocol,
      detail,
      source: "peek",
      outcome: "match",
      durationMs: expect.any(Number) as number,
      bytes: bytes.length,
      serverName: undefined,
      alpn: [],
    } satisfies Detection);
    expect(await buffer(connection.stream)).toEqual(bytes);
  });

  it("decides as soon as it can when bytes come one at a time", async () => {
    const { client, inner, reached } = connect();
    for (const byte of consumer) {
      expect(inner.calls).toEqual([]);
      client.write(Uint8Array.of(byte));
      await turn();
    }
    const connection = await reached();
    expect(connection.detected).toMatchObject({ protocol: "kafka", bytes: consumer.length });
    client.end(get);
    expect(await buffer(connection.stream)).toEqual(Buffer.concat([consumer, get]));
  });

  it("finds the same however the bytes are cut", async () => {
    for (const { protocol, hex } of firstBytes) {
      const bytes = Buffer.from(hex, "hex");
      const found: Partial<Detection>[] = [];
      for (const size of [1, 7, 100, bytes.length]) {
        const { client, reached } = connect();
        for (let at = 0; at < bytes.length; at += size) {
          client.write(bytes.subarray(at, at + size));
          await turn();
        }
        const { protocol, detail, source, outcome, serverName, alpn } = (await reached()).detected;
        found.push({ protocol, detail, source, outcome, serverName, alpn });
      }
      expect(found[0]?.protocol).toBe(protocol === "other" ? "unknown" : protocol);
      expect(found).toEqual(Array(4).fill(found[0]));
    }
  });

  it("reads the server name and the protocols offered from a TLS hello in pieces", async () => {
    const { client, inner, reached } = connect();
    client.write(hello.subarray(0, 600));
    await turn();
    expect(inner.calls).toEqual([]);
    client.write(hello.subarray(600));
    expect((await reached()).detected).toMatchObject({ protocol: "tls", serverName: "b-1.test" });
  });

  it("knows TLS by a hello that never ends, without its facts", async () => {
    const late = connect();
    late.client.write(hello.subarray(0, 600));
    await turn();
    await time.advance(1_000);
    const unnamed = { protocol: "tls", outcome: "match", bytes: 600, serverName: undefined };
    expect((await late.reached()).detected).toMatchObject({ ...unnamed, durationMs: 1_000 });

    const limited = connect({ maxBytes: 600 });
    limited.client.write(hello);
    expect((await limited.reached()).detected).toMatchObject(unnamed);

    const ended = connect();
    ended.client.end(hello.subarray(0, 600));
    expect((await ended.reached()).detected).toMatchObject(unnamed);
  });

  it("passes on what nobody knows, every byte of 1 MiB", async () => {
    const { client, reached } = connect();
    const noise = Buffer.alloc(2 ** 20, "no protocol of ours\n");
    client.end(noise);
    const connection = await reached();
    expect(connection.detected).toMatchObject({ protocol: "unknown", source: "peek", outcome: "no_match" });
    expect(noise.equals(await buffer(connection.stream))).toBe(true);
  });

  it("lets a client that says nothing through after the timeout", async () => {
    const { client, inner, reached } = connect({ timeoutMs: 250 });
    await time.advance(249);
    expect(inner.calls).toEqual([]);
    await time.advance(1);
    const connection = await reached();
    expect(connection.detected).toMatchObject({
      protocol: "unknown",
      outcome: "timeout",
      durationMs: 250,
      bytes: 0,
    });
    client.end("at last");
    expect(String(await buffer(connection.stream))).toBe("at last");
  });

  it("lets a client that says too little through after the timeout", async () => {
    const { client, reached } = connect();
    client.write("GET /");
    await turn();
    await time.advance(1_000);
    expect((await reached()).detected).toMatchObject({ protocol: "unknown", outcome: "timeout", bytes: 5 });
  });

  it("stops at the limit", async () => {
    const { client, reached } = connect({ maxBytes: 20 });
    client.end(consumer);
    const connection = await reached();
    expect(connection.detected).toMatchObject({ protocol: "unknown", outcome: "limit", bytes: 20 });
    expect(await buffer(connection.stream)).toEqual(consumer);
  });

  it("ends quietly when the client closes before a byte", async () => {
    const { client, server, inner, answer, reached } = connect();
    client.destroy();
    const connection = await reached();
    expect(connection.detected).toMatchObject({ protocol: "unknown", outcome: "ended", bytes: 0 });
    connection.stream.end();
    inner.calls[0]?.respond();
    await expect(answer).resolves.toBeUndefined();
    await expect(server.closed).resolves.toEqual({ cause: "peer_closed", error: undefined });
    expect(time.timers).toBe(0);
  });

  it("says `ended` of a client that closes too early to tell", async () => {
    const { client, reached } = connect();
    client.end(consumer.subarray(0, 12));
    const connection = await reached();
    expect(connection.detected).toMatchObject({ protocol: "unknown", outcome: "ended", bytes: 12 });
    expect(await buffer(connection.stream)).toEqual(consumer.subarray(0, 12));
  });

  it("fails with what broke the connection, and goes no further", async () => {
    const reset = connect();
    (reset.client as MemoryDuplex).resetAndDestroy();
    await expect(reset.answer).rejects.toMatchObject({ code: "ECONNRESET" });
    const closed = connect();
    closed.server.close("drain");
    await expect(closed.answer).rejects.toMatchObject({ code: "CONNECTION_CLOSED" });
    expect([...reset.inner.calls, ...closed.inner.calls]).toEqual([]);
    expect(time.timers).toBe(0);
  });

  it("fails with the reason when it is cancelled, and leaves the bytes alone", async () => {
    const { client, server, inner, cx, answer } = connect();
    client.write("GET /");
    await turn();
    cx.cancel(new Error("going down"));
    await expect(answer).rejects.toThrow("going down");
    expect(inner.calls).toEqual([]);
    expect(String(server.stream.read())).toBe("GET /");
    expect(time.timers).toBe(0);
  });

  it("tells `onDetected`, before the service below is called", async () => {
    const told: unknown[] = [];
    const { client, inner, reached } = connect({
      onDetected: ({ listener }, { protocol, source }) =>
        told.push({ listener, protocol, source, calls: inner.calls.length }),
    });
    client.write(get);
    await reached();
    expect(told).toEqual([{ listener: "memory", protocol: "http", source: "peek", calls: 0 }]);
  });

  it("asks the detectors it is given", async () => {
    const redis: Detector = { protocol: "redis", detect: ([first]) => (first === 0x2a ? "match" : "no") };
    const known = connect({ detectors: [redis] });
    known.client.write(ping);
    expect((await known.reached()).detected.protocol).toBe("redis");
    const unknown = connect({ detectors: [redis] });
    unknown.client.write(get);
    expect((await unknown.reached()).detected.protocol).toBe("unknown");
  });

  it.each([
    [{ timeoutMs: 0 }, "timeoutMs must be > 0 and at most 2147483647 ms, got 0"],
    [{ maxBytes: 0.5 }, "maxBytes must be a whole number >= 1, got 0.5"],
    [{ detectors: [] }, "detectors must not be empty"],
    [{ hint: "kafak" }, 'hint must be one of opaque, kafka, tls, http, got "kafak"'],
    [{ onMismatch: "open" }, 'onMismatch must be one of opaque, close, ignore, got "open"'],
    [{ onDetected: "log" }, 'onDetected must be a function, got "log"'],
  ])("refuses the options %j", (options, message) => {
    expect(() => detect(options as DetectOptions<Connection>)).toThrow(message);
  });
});

describe("detect in a stack", () => {
  const ground: Service<Connection & Detected, string> = { call: async () => "done" };

  it("gives the layers below a connection that is detected", () => {
    const built = stack<Connection, string>()
      .push(
        detect({
          onDetected: (connection, detection) => {
            expectTypeOf(connection).toEqualTypeOf<Connection>();
            expectTypeOf(detection).toEqualTypeOf<Detection>();
          },
        }),
      )
      .service(ground);
    expectTypeOf(built).toEqualTypeOf<GuardedService<Connection, string>>();
  });

  it("cannot be left out above them", () => {
    // @ts-expect-error -- nothing has detected yet
    stack<Connection, string>().service(ground);
  });
});
