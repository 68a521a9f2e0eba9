import { Context, service } from "@pagoda/core";
import { fakeTime } from "@pagoda/core/testing";
import { text } from "node:stream/consumers";
import { describe, expect, it } from "vitest";

import type { Connection } from "../connection.ts";
import { memoryConnections } from "../testing/memory-connections.ts";
import { acceptProxyHeader } from "./accept.ts";
import type { AcceptProxyHeaderOptions } from "./accept.ts";
import { encodeProxyHeader } from "./encode.ts";
import { tlvTypes } from "./header.ts";

const trusted = ["192.0.2.0/24", "fd00::/8"];
const line = "PROXY TCP4 198.51.100.7 198.51.100.8 7 8\r\n";
const claimed = { host: "198.51.100.7", port: 7 };
const real = { host: "192.0.2.1", port: 50_000 };

/** Answers who the connection is from. */
const ground = service<Connection, string>(async ({ remote }) => `${remote.host} ${remote.port}`);

function accept(
  options: Partial<AcceptProxyHeaderOptions> = {},
  host = real.host,
  cx = Context.background(),
) {
  const [client, server] = memoryConnections({ client: { ...real, host } });
  const answer = acceptProxyHeader<Connection, string>({ trusted, ...options })(ground).call(server, cx);
  answer.catch(() => {});
  return { client: client.stream, server, answer };
}

describe("acceptProxyHeader", () => {
  it("tells who the client is, and leaves what follows to be read", async () => {
    const { client, server, answer } = accept();
    client.end(`${line}hello`);
    expect(await answer).toBe("198.51.100.7 7");
    expect([server.remote, server.peer]).toEqual([claimed, real]);
    expect(await text(server.stream)).toBe("hello");
  });

  it("reads a header that comes one byte at a time", async () => {
    const { client, server, answer } = accept();
    for (const byte of Buffer.from(`${line}hello`)) {
      client.write(Buffer.of(byte));
      await turn();
    }
    client.end();
    expect(await answer).toBe("198.51.100.7 7");
    expect(await text(server.stream)).toBe("hello");
  });

  it("reads version 2, and keeps its extensions", async () => {
    const { client, server, answer } = accept();
    const tlvs = [{ type: tlvTypes.authority, value: Uint8Array.from(Buffer.from("kafka.example.com")) }];
    const addresses = { family: "inet", source: claimed, destination: real } as const;
    client.end(encodeProxyHeader({ version: 2, command: "proxy", transport: "stream", addresses, tlvs }));
    expect(await answer).toBe("198.51.100.7 7");
    expect(server.proxyHeader?.tlvs).toEqual(tlvs);
    expect(await text(server.stream)).toBe("");
  });

  it("keeps the real ends for LOCAL", async () => {
    const { client, answer } = accept();
    const header = { version: 2, command: "local", transport: "unspec", tlvs: [] } as const;
    client.write(encodeProxyHeader({ ...header, addresses: { family: "unspec" } }));
    expect(await answer).toBe("192.0.2.1 50000");
  });

  it("trusts by network, of IPv6 too", async () => {
    const { client, answer } = accept({}, "fd12::1%eth0");
    client.write(line);
    expect(await answer).toBe("198.51.100.7 7");
  });

  it("accepts a connection without a header where it is optional", async () => {
    const { client, server, answer } = accept({ mode: "optional" });
    client.end("GET / HTTP/1.1\r\n");
    expect(await answer).toBe("192.0.2.1 50000");
    expect(await text(server.stream)).toBe("GET / HTTP/1.1\r\n");
  });

  it("believes no header of a stranger, where it is optional", async () => {
    const { client, server, answer } = accept({ mode: "optional" }, "203.0.113.1");
    client.end(line);
    expect(await answer).toBe("203.0.113.1 50000");
    expect(await text(server.stream)).toBe(line);
  });
});

describe("acceptProxyHeader refuses", () => {
  it.each([
    ["something else", "GET / HTTP/1.1\r\n", "192.0.2.1:50000 opened with something else than a header"],
    [
      "a bad header",
      "PROXY TCP9 \r\n",
      "192.0.2.1:50000 sent a bad header: the protocol is none of TCP4, TCP6 and UNKNOWN",
    ],
    ["half a header", "PROXY TCP4 198", "192.0.2.1:50000 closed before its header was over"],
    ["nothing", "", "192.0.2.1:50000 closed before its header was over"],
  ])("%s", async (_, bytes, message) => {
    const { client, answer } = accept();
    client.end(bytes);
    await expect(answer).rejects.toMatchObject({
      code: "PROXY_HEADER",
      kind: "protocol",
      message: `PROXY protocol: ${message}`,
    });
  });

  it("a bad header even where it is optional", async () => {
    const { client, answer } = accept({ mode: "optional" });
    client.end("PROXY TCP9 \r\n");
    await expect(answer).rejects.toMatchObject({ code: "PROXY_HEADER" });
  });

  it("a header that is too big", async () => {
    const { client, answer } = accept({ maxHeaderBytes: 232 });
    const tlvs = [{ type: tlvTypes.noop, value: new Uint8Array(300) }];
    const header = { version: 2, command: "proxy", transport: "unspec", tlvs } as const;
    client.write(encodeProxyHeader({ ...header, addresses: { family: "unspec" } }));
    await expect(answer).rejects.toMatchObject({
      code: "PROXY_HEADER",
      message: "PROXY protocol: 192.0.2.1:50000 sent a header of more than 232 bytes",
    });
  });

  it("a stranger, where a header is required", async () => {
    const { answer } = accept({}, "203.0.113.1");
    await expect(answer).rejects.toMatchObject({
      code: "PROXY_HEADER",
      kind: "denied",
      message: "PROXY protocol: 203.0.113.1:50000 is not one of the trusted senders",
    });
  });

  it.each([["kafka.local"], ["10.0.0.0/33"], ["::1/129"], ["10.0.0.0/8/8"], ["10.0.0.0/"], ["10.0.0.0/-1"]])(
    "%j as someone to trust",
    (nonsense) => {
      expect(() => acceptProxyHeader({ trusted: [nonsense] })).toThrow(
        `trusted must hold IP addresses and networks like 10.0.0.0/8, got "${nonsense}"`,
      );
    },
  );

  it("a maxHeaderBytes that no valid header fits in", () => {
    expect(() => acceptProxyHeader({ trusted, maxHeaderBytes: 100 })).toThrow("maxHeaderBytes must be");
  });
});

describe("acceptProxyHeader on a clock", () => {
  const time = fakeTime();

  it("closes a connection that sends no header in time", async () => {
    const { server, answer } = accept({ timeoutMs: 100 });
    const settled = expect(answer).rejects.toMatchObject({
      code: "PROXY_HEADER",
      kind: "timeout",
      message: "PROXY protocol: 192.0.2.1:50000 sent no header within 100 ms",
    });
    await time.advance(100);
    await settled;
    expect((await server.closed).cause).toBe("idle_timeout");
    expect(time.timers).toBe(0);
  });

  it("passes on one that says nothing where a header is optional, but not one that broke off", async () => {
    const silent = accept({ timeoutMs: 100, mode: "optional" });
    const broken = accept({ timeoutMs: 100, mode: "optional" });
    broken.client.write("PROXY TC");
    const settled = expect(broken.answer).rejects.toMatchObject({ code: "PROXY_HEADER", kind: "timeout" });
    await turn();
    await time.advance(100);
    expect(await silent.answer).toBe("192.0.2.1 50000");
    await settled;
  });

  it("settles when it is cancelled", async () => {
    const cx = Context.background().fork();
    const { answer } = accept({}, real.host, cx);
    const settled = expect(answer).rejects.toThrow("gone");
    cx.cancel(new Error("gone"));
    await settled;
    expect([time.timers, cx.attached]).toEqual([0, 0]);
  });
});

function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
