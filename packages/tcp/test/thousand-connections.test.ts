import { Context, Drain, service, stack } from "@pagoda/core";
import { text } from "node:stream/consumers";
import { describe, expect, it } from "vitest";

import { connect } from "../src/connect.ts";
import type { Connection } from "../src/connection.ts";
import { bind } from "../src/listen.ts";
import { peek } from "../src/peek.ts";
import { acceptProxyHeader } from "../src/proxy-protocol/accept.ts";
import { serve } from "../src/serve.ts";
import { clientTls } from "../src/tls/client-tls.ts";
import { serverTls } from "../src/tls/server-tls.ts";
import { sniffTls } from "../src/tls/sniff.ts";
import { testAuthority } from "./certificates.ts";

/** Sockets, timers and the like that keep the process alive, by kind. */
function resources(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of process.getActiveResourcesInfo()) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

describe("1,000 connections, opened and closed", () => {
  it("leave no socket, timer or listener", async () => {
    const authority = await testAuthority();
    const [server, client] = await Promise.all([
      serverTls({ certificates: [await authority.sign(["127.0.0.1"])], reloadEveryMs: 0 }),
      clientTls({ ca: authority.cert, reloadEveryMs: 0 }),
    ]);
    const before = resources();

    const cx = Context.background().fork();
    const drain = new Drain();
    const echo = stack<Connection, void>()
      .push(acceptProxyHeader({ trusted: ["127.0.0.1"], mode: "optional" }))
      .push(sniffTls({ tls: server }))
      .service(
        service(async ({ stream }, cx) => {
          await peek(stream, { maxBytes: 1, timeoutMs: 60_000 }, (bytes) => bytes.length > 0, cx);
          stream.end(await text(stream));
        }),
      );
    const serving = serve(await bind({ host: "127.0.0.1", port: 0, name: "test" }), echo, { drain, cx });

    // Every twentieth over TLS, every seventh reset half-way; fifty at a time.
    const one = async (number: number): Promise<void> => {
      const tls = number % 20 === 0 && { tls: client };
      const connection = await connect({ ...serving.address, ...tls }, cx);
      connection.stream.write(`hello ${number}`);
      if (number % 7 === 0) connection.close("policy");
      else {
        connection.stream.end();
        expect(await text(connection.stream)).toBe(`hello ${number}`);
      }
      await connection.closed;
    };
    for (let from = 0; from < 1_000; from += 50) {
      await Promise.all(Array.from({ length: 50 }, (_, index) => one(from + index)));
    }

    expect(await drain.start({ deadlineMs: 10_000 })).toBe("drained");
    await serving.ended;
    expect(serving.open).toBe(0);
    expect(cx.attached).toBe(0);
    // Handles are freed a turn later, and the runner has timers of its own that come and go; what
    // was left behind would stay until the test's time is over.
    while ([...resources()].some(([name, count]) => count > (before.get(name) ?? 0))) await turn();
  }, 30_000);
});

function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
