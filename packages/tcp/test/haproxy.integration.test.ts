import { Context, service } from "@pagoda/core";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterEach, expect, it } from "vitest";

import { toolPath } from "../../../scripts/tools.ts";
import { describeWith } from "../../../test/support/needs.ts";
import { connect } from "../src/connect.ts";
import { ConnectError } from "../src/connect-error.ts";
import type { Connection, Endpoint } from "../src/connection.ts";
import { formatEndpoint } from "../src/endpoint.ts";
import { bind } from "../src/listen.ts";
import { acceptProxyHeader } from "../src/proxy-protocol/accept.ts";
import { tlvTypes } from "../src/proxy-protocol/header.ts";
import type { ProxyHeader } from "../src/proxy-protocol/header.ts";
import { encodeProxyHeader } from "../src/proxy-protocol/encode.ts";
import { serve } from "../src/serve.ts";

const opened: (() => PromiseLike<void>)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0).toReversed()) await close();
});

/** A listener that says who the client is, and the headers that it saw. */
async function listener(): Promise<{ address: Endpoint; headers: ProxyHeader[] }> {
  const headers: ProxyHeader[] = [];
  const say = service<Connection, void>(async ({ stream, remote, proxyHeader }) => {
    if (proxyHeader !== undefined) headers.push(proxyHeader);
    stream.end(`${formatEndpoint(remote)} ${await text(stream)}`);
  });
  const layered = acceptProxyHeader<Connection, void>({ trusted: ["127.0.0.1"] })(say);
  const serving = serve(await bind({ host: "127.0.0.1", port: 0, name: "test" }), layered);
  opened.push(() => serving[Symbol.asyncDispose]());
  return { address: serving.address, headers };
}

/** HAProxy, which takes PROXY headers and sends them on to `to` in its own hand. */
async function haproxy(to: Endpoint, serverOptions: string): Promise<Endpoint> {
  const free = await bind({ host: "127.0.0.1", port: 0, name: "free" });
  await free.close();
  const folder = await mkdtemp(join(tmpdir(), "pagoda-haproxy-"));
  const file = join(folder, "haproxy.cfg");
  await writeFile(
    file,
    `defaults
  mode tcp
  timeout connect 5s
  timeout client 10s
  timeout server 10s
listen test
  bind ${formatEndpoint(free.address)} accept-proxy
  server pagoda ${formatEndpoint(to)} ${serverOptions}
`,
  );
  const program = spawn(toolPath("haproxy"), ["-db", "-f", file], { stdio: ["ignore", "ignore", "inherit"] });
  opened.push(async () => {
    program.kill();
    await once(program, "exit");
    await rm(folder, { recursive: true });
  });
  return free.address;
}

/** Connects as soon as something listens; the test's own time limit is the bound. */
async function connectSoon(to: Endpoint, preamble: Uint8Array): Promise<Connection> {
  for (;;) {
    try {
      return await connect({ ...to, preamble }, Context.background());
    } catch (error) {
      if (!(error instanceof ConnectError && error.reason === "refused")) throw error;
    }
  }
}

describeWith(["haproxy"], "HAProxy", () => {
  const inet = {
    family: "inet",
    source: { host: "198.51.100.7", port: 7 },
    destination: { host: "198.51.100.8", port: 8 },
  } as const;
  const inet6 = {
    family: "inet6",
    source: { host: "2001:db8::7", port: 7 },
    destination: { host: "2001:db8::8", port: 8 },
  } as const;

  it.each([
    [1, "send-proxy", inet],
    [1, "send-proxy-v2", inet6],
    [2, "send-proxy", inet6],
    [2, "send-proxy-v2", inet],
    [2, "send-proxy-v2 proxy-v2-options crc32c,unique-id,authority", inet],
  ] as const)(
    "reads our version %i, and we what it makes of it with %s",
    async (version, options, addresses) => {
      const { address, headers } = await listener();
      const to = await haproxy(address, options);
      const header = { version, command: "proxy", transport: "stream", addresses, tlvs: [] } as const;
      const connection = await connectSoon(to, encodeProxyHeader(header, { checksum: true }));
      connection.stream.end("hello");
      expect(await text(connection.stream)).toBe(`${formatEndpoint(addresses.source)} hello`);
      expect(headers[0]).toMatchObject({ version: options === "send-proxy" ? 1 : 2, addresses });
    },
  );

  it("hands on the extensions that we sent", async () => {
    const { address, headers } = await listener();
    const to = await haproxy(address, "send-proxy-v2 proxy-v2-options authority");
    const tlvs = [{ type: tlvTypes.authority, value: Uint8Array.from(Buffer.from("kafka.example.com")) }];
    const header = { version: 2, command: "proxy", transport: "stream", addresses: inet, tlvs } as const;
    const connection = await connectSoon(to, encodeProxyHeader(header));
    connection.stream.end();
    await text(connection.stream);
    expect(headers[0]?.tlvs).toEqual(tlvs);
  });
});
