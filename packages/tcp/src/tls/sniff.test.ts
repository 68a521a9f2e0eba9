import { Context, service } from "@pagoda/core";
import { fakeTime, layerContract } from "@pagoda/core/testing";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { connect as connectTls } from "node:tls";
import type { TLSSocket } from "node:tls";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { testAuthority } from "../../test/certificates.ts";
import type { TestAuthority } from "../../test/certificates.ts";
import { overText } from "../../test/over-text.ts";
import type { Connection } from "../connection.ts";
import { memoryConnections } from "../testing/memory-connections.ts";
import { serverTls } from "./server-tls.ts";
import type { ServerTls } from "./server-tls.ts";
import { sniffTls } from "./sniff.ts";
import type { Sniffing, SniffTlsOptions } from "./sniff.ts";

let authority: TestAuthority;
let tls: ServerTls;
beforeAll(async () => {
  authority = await testAuthority();
  tls = await serverTls({ certificates: [await authority.sign(["kafka.local"])], reloadEveryMs: 0 });
});
afterAll(() => tls[Symbol.dispose]());

const ground = service<Connection, string>((connection) => {
  return Promise.resolve(connection.tls?.version ?? "in plain text");
});

function accept(options: Partial<SniffTlsOptions<Connection>> = {}, cx: Context = Context.background()) {
  const [client, server] = memoryConnections();
  const found: Sniffing[] = [];
  const onSniffed = (_: Connection, sniffing: Sniffing): void => void found.push(sniffing);
  const answer = sniffTls<Connection, string>({ tls, onSniffed, ...options })(ground).call(server, cx);
  // A test that looks at one side only leaves the other's failure alone.
  answer.catch(() => {});
  return { answer, server, client, found };
}

function speakTls(client: Connection): TLSSocket {
  const socket = connectTls({ socket: client.stream, ca: authority.cert, servername: "kafka.local" });
  socket.on("error", () => {});
  return socket;
}

layerContract("sniffTls", () => overText(sniffTls({ tls })));

describe("sniffTls", () => {
  it("ends TLS for a client that begins with a ClientHello", async () => {
    const { answer, server, client, found } = accept();
    const socket = speakTls(client);
    await once(socket, "secureConnect");
    expect(await answer).toBe("TLSv1.3");
    expect(server.tls?.serverName).toBe("kafka.local");
    expect(found).toEqual([{ tls: true, outcome: "match", durationMs: expect.any(Number) }]);
  });

  it.each(["GET / HTTP/1.1\r\n\r\n", "\0\0\0\x14\0\x12\0\x04 and more", "\x16 is what a record begins with"])(
    "passes plain text on, every byte: %j",
    async (bytes) => {
      const { answer, server, client, found } = accept();
      client.stream.end(bytes);
      expect(await answer).toBe("in plain text");
      expect(await text(server.stream)).toBe(bytes);
      expect(found).toEqual([{ tls: false, outcome: "no_match", durationMs: expect.any(Number) }]);
    },
  );

  it("passes a client on that closes without a byte", async () => {
    const { answer, client, found } = accept();
    client.stream.end();
    expect(await answer).toBe("in plain text");
    expect(found).toMatchObject([{ tls: false, outcome: "ended" }]);
  });

  it("says that a client speaks TLS before it is known whether the handshake succeeds", async () => {
    const { answer, server, client, found } = accept();
    client.stream.on("error", () => {});
    client.stream.write(Buffer.from("160301000501ffffffff", "hex"));
    await expect(answer).rejects.toMatchObject({ code: "TLS_HANDSHAKE" });
    expect(found).toMatchObject([{ tls: true }]);
    expect(await server.closed).toMatchObject({ cause: "protocol_error" });
  });

  it.each(["timeoutMs", "handshakeTimeoutMs"])("refuses %s of 0", (name) => {
    expect(() => sniffTls({ tls, [name]: 0 })).toThrow(`${name} must be > 0`);
  });
});

describe("sniffTls on a clock", () => {
  const time = fakeTime();

  it.each([
    ["says nothing", ""],
    ["says less than it takes to tell", "160301"],
  ])("takes a client for plain text that %s", async (_, hex) => {
    const { answer, client, found } = accept({ timeoutMs: 100 });
    if (hex !== "") client.stream.write(Buffer.from(hex, "hex"));
    await time.advance(100);
    expect(await answer).toBe("in plain text");
    expect(found).toMatchObject([{ tls: false, outcome: "timeout", durationMs: 100 }]);
    expect(time.timers).toBe(0);
  });

  it("closes a client that does not get through the handshake with idle_timeout", async () => {
    const { answer, server, client } = accept({ handshakeTimeoutMs: 100 });
    client.stream.write(Buffer.from("160301020001", "hex"));
    const settled = expect(answer).rejects.toMatchObject({ code: "TLS_HANDSHAKE", kind: "timeout" });
    await time.advance(100);
    await settled;
    expect((await server.closed).cause).toBe("idle_timeout");
    expect(time.timers).toBe(0);
  });

  it("settles when the call is cancelled", async () => {
    const cx = Context.background().fork();
    const { answer } = accept({}, cx);
    const settled = expect(answer).rejects.toThrow("gone");
    cx.cancel(new Error("gone"));
    await settled;
    expect([time.timers, cx.attached]).toEqual([0, 0]);
  });
});
