import { Context } from "@pagoda/core";
import type { SameLayer } from "@pagoda/core";
import { layerContract } from "@pagoda/core/testing";
import type { Connection } from "@pagoda/tcp";
import { memoryConnections } from "@pagoda/tcp/testing";
import { Registry } from "prom-client";
import { describe, expect, it } from "vitest";

import { TcpMetrics, tcpMetrics } from "./tcp-metrics.ts";

function start() {
  const registry = new Registry();
  const tcp = new TcpMetrics(registry);
  const value = async (name: string, labels: Record<string, string> = {}): Promise<number> => {
    const found = (await registry.getSingleMetric(name)?.get())?.values ?? [];
    const wanted = Object.entries(labels);
    return found
      .filter((each) => wanted.every(([key, text]) => (each.labels as Record<string, unknown>)[key] === text))
      .reduce((sum, each) => sum + each.value, 0);
  };
  return { tcp, value };
}

describe("TcpMetrics", () => {
  it("moves the byte counters while a connection lives", async () => {
    const { tcp, value } = start();
    const [client, server] = memoryConnections();
    tcp.watch(server, { direction: "inbound", peer: "src", tls: false });
    client.stream.resume();
    server.stream.resume();
    client.stream.write("hello");
    server.stream.write("hi");
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    expect(await value("pagoda_tcp_read_bytes_total")).toBe(5);
    expect(await value("pagoda_tcp_write_bytes_total")).toBe(2);
    expect(await value("pagoda_tcp_open_connections")).toBe(1);
    server.close("policy");
    await server.closed;
    expect(await value("pagoda_tcp_read_bytes_total")).toBe(5);
    expect(await value("pagoda_tcp_write_bytes_total")).toBe(2);
    expect(await value("pagoda_tcp_open_connections")).toBe(0);
  });

  it("closes each connection exactly once, under its first cause", async () => {
    const { tcp, value } = start();
    const [, server] = memoryConnections();
    tcp.watch(server, { direction: "inbound", peer: "src", tls: true });
    server.close("idle_timeout");
    server.close("drain");
    await server.closed;
    expect(await value("pagoda_tcp_close_total", { cause: "idle_timeout", tls: "true" })).toBe(1);
    expect(await value("pagoda_tcp_close_total")).toBe(1);
    expect(await value("pagoda_tcp_open_total")).toBe(1);
  });

  it("has every cause from the first connection on", async () => {
    const { tcp, value } = start();
    const [, server] = memoryConnections();
    tcp.watch(server, { direction: "outbound", peer: "dst", tls: false });
    expect(
      await value("pagoda_tcp_close_total", { cause: "drain", direction: "outbound", peer: "dst" }),
    ).toBe(0);
  });
});

describe("tcpMetrics", () => {
  it("counts a connection before the layers below can refuse it", async () => {
    const { tcp, value } = start();
    const [, server] = memoryConnections();
    const refusing = tcpMetrics<Connection, void>({ metrics: { tcp } })({
      call: () => Promise.reject(new Error("refused")),
    });
    await expect(refusing.call(server, Context.background())).rejects.toThrow("refused");
    expect(await value("pagoda_tcp_open_total", { direction: "inbound", peer: "src", tls: "false" })).toBe(1);
  });

  it("counts a connection whose TLS is sniffed once that is known, with every byte", async () => {
    const { tcp, value } = start();
    const [client, server] = memoryConnections();
    const sniffed = tcpMetrics<Connection, void>({ metrics: { tcp }, tls: "sniffed" })({
      call: async (connection) => void (await connection.closed),
    });
    const served = sniffed.call(server, Context.background());
    server.stream.resume();
    client.stream.write("hello");
    expect(await value("pagoda_tcp_open_total")).toBe(0);
    tcp.settleTls(server, true);
    tcp.settleTls(server, false);
    expect(await value("pagoda_tcp_open_connections", { tls: "true" })).toBe(1);
    server.close("policy");
    await served;
    expect(await value("pagoda_tcp_read_bytes_total", { tls: "true" })).toBe(5);
    expect(await value("pagoda_tcp_close_total", { tls: "true", cause: "policy" })).toBe(1);
    expect(await value("pagoda_tcp_open_total")).toBe(1);
  });

  it("counts a connection that closed before anybody knew as one without TLS", async () => {
    const { tcp, value } = start();
    const [, server] = memoryConnections();
    tcp.watchUnsettled(server, { direction: "inbound", peer: "src" });
    server.close("io_error");
    await server.closed;
    await Promise.resolve();
    expect(await value("pagoda_tcp_open_total", { tls: "false" })).toBe(1);
    expect(await value("pagoda_tcp_close_total", { tls: "false", cause: "io_error" })).toBe(1);
    expect(await value("pagoda_tcp_open_connections")).toBe(0);
  });

  // The contract calls with texts, so the counting is stood in for; the forwarding is not.
  const uncounted = { tcp: { watch: () => {} } } as unknown as { tcp: TcpMetrics };
  layerContract(
    "tcpMetrics",
    () => tcpMetrics({ metrics: uncounted }) as unknown as SameLayer<string, string>,
  );
});
