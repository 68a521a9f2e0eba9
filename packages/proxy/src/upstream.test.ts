import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";

import { Context } from "@pagoda/core";
import { createMetrics } from "@pagoda/metrics";
import { memoryConnections } from "@pagoda/tcp/testing";
import { Registry } from "prom-client";
import { describe, expect, it, vi } from "vitest";

import { createLog } from "./log.ts";
import { Upstream } from "./upstream.ts";
import type { UpstreamOptions } from "./upstream.ts";

const build = { version: "0", commit: "0", kafkaProtocol: "0" };

function upstreamAt(
  port: number,
  { sendProxyHeader, login }: Pick<UpstreamOptions, "sendProxyHeader" | "login"> = {},
): { upstream: Upstream; registry: Registry; lines: string[] } {
  const registry = new Registry();
  const lines: string[] = [];
  const log = createLog({ destination: { write: (line) => void lines.push(line) } });
  const upstream = new Upstream({
    endpoints: () => [{ host: "127.0.0.1", port }],
    direction: "inbound",
    connect: { name: "main", timeoutMs: 5_000 },
    sendProxyHeader,
    login,
    metrics: createMetrics({ registry, build }),
    log,
    retryMs: 10,
  });
  return { upstream, registry, lines };
}

async function listening(): Promise<{ port: number; server: ReturnType<typeof createServer> }> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { port: (server.address() as AddressInfo).port, server };
}

describe("Upstream", () => {
  it("is failing until a connection was opened, and counts the ones it opens", async () => {
    const { port, server } = await listening();
    const { upstream, registry } = upstreamAt(port);
    expect(upstream.failing).toBe("not tried yet");
    const [client] = memoryConnections();
    const connection = await upstream.open(client, Context.background());
    expect(upstream.failing).toBeUndefined();
    expect(await registry.metrics()).toContain(
      'pagoda_tcp_open_total{listener="main",direction="inbound",peer="dst",tls="false"} 1',
    );
    connection.close("policy");
    server.close();
    upstream[Symbol.dispose]();
  });

  it("says why it cannot be reached, once, and notices by itself when it can be again", async () => {
    const { port, server } = await listening();
    server.close();
    await once(server, "close");
    const { upstream, lines } = upstreamAt(port);
    await upstream.probe();
    await upstream.probe();
    expect(upstream.failing).toContain(`127.0.0.1:${port}`);
    expect(lines.filter((line) => line.includes('"warn"'))).toHaveLength(1);
    const again = createServer();
    again.listen(port, "127.0.0.1");
    await vi.waitFor(() => expect(upstream.failing).toBeUndefined(), { timeout: 10_000 });
    again.close();
    upstream[Symbol.dispose]();
  });

  it("has one deadline for the connection and the login on it", async () => {
    const { port, server } = await listening();
    const startedMs = performance.now();
    const left: number[] = [];
    const login: UpstreamOptions["login"] = async (_, { deadlineMs }) => {
      left.push(deadlineMs - startedMs);
      throw Object.assign(new Error("no"), { reason: "auth" });
    };
    const { upstream, registry } = upstreamAt(port, { login });
    const [client] = memoryConnections();
    await expect(upstream.open(client, Context.background())).rejects.toThrow("no");
    const openedMs = performance.now() - startedMs;
    expect(left[0]).toBeGreaterThanOrEqual(5_000);
    expect(left[0]).toBeLessThan(5_000 + openedMs);
    expect(await registry.metrics()).toMatch(/connect_errors_total\{node_id="bootstrap",reason="auth"\} 1/);
    server.close();
    upstream[Symbol.dispose]();
  });

  it("tells the upstream who the client is before anything else", async () => {
    const { port, server } = await listening();
    const { upstream } = upstreamAt(port, { sendProxyHeader: 1 });
    const accepted = once(server, "connection");
    const [client] = memoryConnections();
    const connection = await upstream.open(client, Context.background());
    const [socket] = await accepted;
    const [first] = await once(socket, "data");
    expect(String(first)).toMatch(/^PROXY (TCP4|TCP6|UNKNOWN)/);
    connection.close("policy");
    server.close();
    upstream[Symbol.dispose]();
  });
});
