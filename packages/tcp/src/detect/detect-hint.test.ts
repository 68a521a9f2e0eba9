import { buffer } from "node:stream/consumers";

import { fakeTime } from "@pagoda/core/testing";
import { describe, expect, it } from "vitest";

import { bytesOf, connect, consumer, get } from "../../test/detecting.ts";
import type { Detection } from "./detection.ts";

describe("detect with a hint", () => {
  const time = fakeTime();

  it("lets the server speak first when the hint is `opaque`", async () => {
    const { client, reached } = connect({ hint: "opaque" });
    const connection = await reached();
    expect(connection.detected).toEqual({
      protocol: "opaque",
      detail: undefined,
      source: "hint",
      outcome: "unchecked",
      durationMs: 0,
      bytes: 0,
      serverName: undefined,
      alpn: [],
    } satisfies Detection);
    connection.stream.end("220 mail.example.com ESMTP\r\n");
    expect(String(await buffer(client))).toBe("220 mail.example.com ESMTP\r\n");
  });

  it("keeps the server waiting for the timeout when there is none", async () => {
    const { client, inner, reached } = connect();
    await time.advance(999);
    expect(inner.calls).toEqual([]);
    await time.advance(1);
    (await reached()).stream.end("220 mail.example.com ESMTP\r\n");
    expect(String(await buffer(client))).toBe("220 mail.example.com ESMTP\r\n");
  });

  it.each([
    ["kafka", undefined, consumer],
    ["http", "http/1.1", get],
    ["http", "h2", bytesOf("http", "curl, HTTP/2")],
  ])("says what the hint says, %s (%s), when the bytes agree", async (hint, detail, bytes) => {
    const { client, reached } = connect({ hint });
    client.write(bytes);
    expect((await reached()).detected).toMatchObject({
      protocol: hint,
      detail,
      source: "hint",
      outcome: "match",
    });
  });

  it("degrades to `unknown` when the bytes are something else, and does not search for what", async () => {
    const { client, reached } = connect({ hint: "kafka" });
    client.end(get);
    const connection = await reached();
    expect(connection.detected).toMatchObject({ protocol: "unknown", source: "hint", outcome: "no_match" });
    expect(await buffer(connection.stream)).toEqual(get);
  });

  it("closes on other bytes when told so", async () => {
    const told: string[] = [];
    const { client, server, inner, answer } = connect({
      hint: "kafka",
      onMismatch: "close",
      onDetected: (_, { protocol, outcome }) => told.push(`${protocol} ${outcome}`),
    });
    client.write(get);
    await expect(answer).rejects.toMatchObject({
      code: "PROTOCOL_MISMATCH",
      message: "the first bytes are not kafka",
      expected: "kafka",
    });
    await expect(server.closed).resolves.toMatchObject({
      cause: "protocol_error",
      error: { code: "PROTOCOL_MISMATCH" },
    });
    expect(inner.calls).toEqual([]);
    expect(told).toEqual(["unknown no_match"]);
  });

  it("takes the hint at its word when told so, and waits for nothing", async () => {
    const { client, reached } = connect({ hint: "kafka", onMismatch: "ignore" });
    const connection = await reached();
    expect(connection.detected).toMatchObject({ protocol: "kafka", source: "hint", outcome: "unchecked" });
    client.end(get);
    expect(await buffer(connection.stream)).toEqual(get);
  });

  it("searches as ever when told to ignore the mismatch of no hint", async () => {
    const { client, reached } = connect({ onMismatch: "ignore" });
    client.write(get);
    expect((await reached()).detected).toMatchObject({ protocol: "http", source: "peek" });
  });

  it.each(["opaque", "close"] as const)(
    "believes the hint of a client that says nothing, with onMismatch %s",
    async (onMismatch) => {
      const { reached } = connect({ hint: "kafka", onMismatch });
      await time.advance(1_000);
      expect((await reached()).detected).toMatchObject({
        protocol: "kafka",
        source: "hint",
        outcome: "timeout",
        bytes: 0,
      });
    },
  );
});
