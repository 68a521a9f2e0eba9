import { Context, stack } from "@pagoda/core";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect as connectTls, createServer as createTlsServer } from "node:tls";
import type { TLSSocket } from "node:tls";
import { afterEach, beforeAll, describe, expect, it } from "vitest";

import { connect as connectTo } from "../src/connect.ts";
import { Connection } from "../src/connection.ts";
import { forwardTo } from "../src/forward-to.ts";
import { forward } from "../src/forward.ts";
import type { ForwardResult } from "../src/forward.ts";
import { bind } from "../src/listen.ts";
import { serve } from "../src/serve.ts";
import { textOf } from "../src/testing/text-of.ts";
import { clientTls } from "../src/tls/client-tls.ts";
import { serverTls } from "../src/tls/server-tls.ts";
import { terminateTls } from "../src/tls/terminate.ts";
import { testAuthority } from "./certificates.ts";
import type { TestAuthority, TestCertificate } from "./certificates.ts";

let authority: TestAuthority;
let certificate: TestCertificate;
beforeAll(async () => {
  authority = await testAuthority();
  certificate = await authority.sign(["127.0.0.1"]);
});

const closes: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closes.splice(0).toReversed()) await close();
});

async function portOf(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  closes.push(() => void server.close());
  return (server.address() as AddressInfo).port;
}

describe("forward between TLS on both sides", () => {
  async function rig() {
    const result = Promise.withResolvers<ForwardResult>();
    const accepted = Promise.withResolvers<TLSSocket>();
    const { cert, key } = certificate;
    const upstream = createTlsServer({ cert, key, allowHalfOpen: true }, accepted.resolve);
    const port = await portOf(upstream);
    const trust = await clientTls({ ca: authority.cert, reloadEveryMs: 0 });
    const proxy = stack<Connection, void>()
      .push(terminateTls({ tls: await serverTls({ certificates: [certificate], reloadEveryMs: 0 }) }))
      .service(
        forwardTo({
          connect: (_, cx) => connectTo({ host: "127.0.0.1", port, tls: trust }, cx),
          onEnd: result.resolve,
        }),
      );
    const serving = serve(await bind({ host: "127.0.0.1", port: 0, name: "test" }), proxy);
    // Known to Node, not to its types.
    const halfOpen: object = { allowHalfOpen: true };
    const client = connectTls({ ...serving.address, ...halfOpen, ca: authority.cert });
    closes.push(
      () => serving[Symbol.asyncDispose](),
      () => void client.destroy(),
    );
    await once(client, "secureConnect");
    const server = await accepted.promise;
    closes.push(() => void server.destroy());
    return { client, server, result: result.promise };
  }

  it("carries bytes both ways, and each end by itself", async () => {
    const { client, server, result } = await rig();
    const body = randomBytes(5_000_000);
    client.end(body);
    const hash = createHash("sha256");
    for await (const chunk of server.iterator({ destroyOnReturn: false })) hash.update(chunk as Buffer);
    const digest = hash.digest("hex");
    expect(digest).toBe(createHash("sha256").update(body).digest("hex"));
    server.end(digest);
    expect(await textOf(client)).toBe(digest);
    expect(await result).toMatchObject({
      cause: "peer_closed",
      closedBy: "downstream",
      bytesUp: body.length,
    });
  });

  it("resets the client when the upstream is reset", async () => {
    const { client, server, result } = await rig();
    server.write("half an ans");
    await once(client, "data");
    const broken = once(client, "error");
    server.on("error", () => {});
    resetUnder(server);
    expect((await broken)[0]).toMatchObject({ code: "ECONNRESET" });
    expect(await result).toMatchObject({ closedBy: "upstream" });
  });
});

it("closes a socket file, which cannot be reset, when the other side is reset", async () => {
  const folder = mkdtempSync(join(tmpdir(), "pagoda-"));
  closes.push(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "socket");
  const file = createServer({ allowHalfOpen: true }).listen(path);
  closes.push(() => void file.close());
  const [[accepted], client] = await pairOf(file, () => connect({ path, allowHalfOpen: true }));
  const tcp = createServer({ allowHalfOpen: true });
  const port = await portOf(tcp);
  const [[server], opened] = await pairOf(tcp, () =>
    connect({ port, host: "127.0.0.1", allowHalfOpen: true }),
  );

  const [downstream, upstream] = [accepted, opened].map((socket) => {
    const nowhere = { host: "", port: 0 };
    return new Connection(socket, { local: nowhere, remote: nowhere, listener: "test" });
  }) as [Connection, Connection];
  const result = forward(downstream, upstream, {}, Context.background());
  client.write("hello");
  expect(String((await once(server, "data"))[0])).toBe("hello");
  server.resetAndDestroy();
  expect(await result).toMatchObject({ cause: "io_error", closedBy: "upstream", bytesUp: 5 });
  client.resume().end();
  await once(client, "close");
});

async function pairOf(server: Server, open: () => Socket): Promise<[[Socket], Socket]> {
  const connecting = once(server, "connection");
  const socket = open();
  closes.push(() => void socket.destroy());
  const [accepted] = (await connecting) as [Socket];
  closes.push(() => void accepted.destroy());
  if (socket.connecting) await once(socket, "connect");
  return [[accepted], socket];
}

/** Resets the connection that carries TLS: Node has no public way. */
function resetUnder(socket: TLSSocket): void {
  (socket as unknown as { readonly _parent: Socket })._parent.resetAndDestroy();
}
