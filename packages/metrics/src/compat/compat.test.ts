import { Counter, Gauge, Histogram, Registry } from "prom-client";
import { describe, expect, it } from "vitest";

import { metricsPage } from "../page.ts";
import { printCompat } from "./compat.ts";
import type { CompatName } from "./compat.ts";
import { pendingKprf } from "./kprf.ts";

function counter(registry: Registry, name: string, lines: readonly [Record<string, string>, number][]): void {
  const labelNames = Object.keys(lines[0]?.[0] ?? {});
  const family = new Counter({ name, help: name, labelNames, registers: [registry] });
  for (const [labels, value] of lines) family.inc(labels, value);
}

/** The families that aliases are read from, as a proxy would have fed them. */
function start(...names: CompatName[]) {
  const registry = new Registry();
  const src = { direction: "inbound", peer: "src", tls: "true" };
  counter(registry, "pagoda_tcp_open_total", [
    [{ listener: "a", ...src }, 2],
    [{ listener: "b", ...src }, 3],
  ]);
  counter(registry, "pagoda_tcp_close_total", [
    [{ listener: "a", ...src, cause: "peer_closed" }, 1],
    [{ listener: "a", ...src, cause: "drain" }, 1],
    [{ listener: "a", ...src, cause: "io_error" }, 1],
  ]);
  const open = new Gauge({
    name: "pagoda_tcp_open_connections",
    help: "open",
    labelNames: ["listener", "direction", "peer", "tls"],
    registers: [registry],
  });
  open.set({ listener: "a", ...src, peer: "dst" }, 4);
  counter(registry, "pagoda_requests_total", [
    [{ listener: "a", direction: "inbound", api: "Fetch", api_version: "17", node_id: "1" }, 5],
    [{ listener: "b", direction: "inbound", api: "Produce", api_version: "11", node_id: "2" }, 6],
  ]);
  const response = { listener: "a", direction: "inbound", api: "Produce", node_id: "1" };
  counter(registry, "pagoda_responses_total", [
    [{ ...response, classification: "success" }, 7],
    [{ ...response, classification: "retriable" }, 2],
    [{ ...response, classification: "failure" }, 1],
    [{ ...response, classification: "none" }, 9],
  ]);
  const duration = new Histogram({
    name: "pagoda_request_duration_seconds",
    help: "duration",
    labelNames: ["listener", "direction", "api"],
    buckets: [0.0025, 1],
    registers: [registry],
  });
  duration.observe({ listener: "a", direction: "inbound", api: "Fetch" }, 0.002);
  duration.observe({ listener: "b", direction: "inbound", api: "Produce" }, 0.5);
  const connect = new Histogram({
    name: "pagoda_upstream_connect_duration_seconds",
    help: "connect",
    labelNames: ["node_id"],
    registers: [registry],
  });
  connect.observe({ node_id: "1" }, 1);
  const size = new Histogram({ name: "pagoda_request_size_bytes", help: "size", registers: [registry] });
  size.observe(100);
  size.observe(20);
  const build = new Gauge({
    name: "pagoda_build_info",
    help: "build",
    labelNames: ["version", "commit"],
    registers: [registry],
  });
  build.set({ version: "1.2.3", commit: "abc" }, 1);
  printCompat(registry, names);
  return registry;
}

async function foreign(registry: Registry): Promise<readonly string[]> {
  const page = await registry.metrics();
  return page.split("\n").filter((line) => line !== "" && !/^(?:# \w+ )?pagoda_|^# HELP/u.test(line));
}

describe("printCompat", () => {
  it("prints nothing that was not asked for", async () => {
    expect(await foreign(start())).toEqual([]);
  });

  it("prints linkerd's families with our counts, added up over listeners", async () => {
    expect(await foreign(start("linkerd"))).toEqual([
      "# TYPE tcp_open_total counter",
      'tcp_open_total{direction="inbound",peer="src",tls="true"} 5',
      "# TYPE tcp_close_total counter",
      'tcp_close_total{direction="inbound",peer="src",tls="true",classification="success"} 2',
      'tcp_close_total{direction="inbound",peer="src",tls="true",classification="failure"} 1',
      "# TYPE tcp_open_connections gauge",
      'tcp_open_connections{direction="inbound",peer="dst",tls="true"} 4',
      "# TYPE tcp_read_bytes_total counter",
      "# TYPE tcp_write_bytes_total counter",
      "# TYPE request_total counter",
      'request_total{direction="inbound",tls="true"} 11',
      "# TYPE response_total counter",
      'response_total{direction="inbound",tls="true",classification="success"} 9',
      'response_total{direction="inbound",tls="true",classification="failure"} 1',
      "# TYPE response_latency_ms histogram",
      'response_latency_ms_bucket{le="2.5",direction="inbound"} 1',
      'response_latency_ms_bucket{le="1000",direction="inbound"} 2',
      'response_latency_ms_bucket{le="+Inf",direction="inbound"} 2',
      'response_latency_ms_sum{direction="inbound"} 502',
      'response_latency_ms_count{direction="inbound"} 2',
    ]);
  });

  it("prints hubble's families", async () => {
    const lines = await foreign(start("hubble"));
    const rest = 'reporter="proxy",source="",destination="a"';
    expect(lines).toContain(
      `hubble_kafka_requests_total{topic="",api_key="Produce",error_code="0",${rest}} 18`,
    );
    expect(lines).toContain(
      `hubble_kafka_requests_total{topic="",api_key="Produce",error_code="-1",${rest}} 1`,
    );
    expect(lines).toContain(
      `hubble_kafka_request_duration_seconds_count{topic="",api_key="Fetch",${rest}} 1`,
    );
  });

  it("prints kprf's metadata, and says what waits for a gateway", async () => {
    expect(await foreign(start("kprf"))).toEqual([
      "# TYPE kprf_app_metadata gauge",
      'kprf_app_metadata{version="1.2.3",commit_hash="abc"} 1',
    ]);
    expect(pendingKprf).toHaveLength(7);
  });

  it("prints grepplabs' families", async () => {
    expect(await foreign(start("grepplabs"))).toEqual([
      "# TYPE proxy_connections_total counter",
      'proxy_connections_total{broker="1"} 1',
      "# TYPE proxy_opened_connections gauge",
      'proxy_opened_connections{broker=""} 4',
      "# TYPE proxy_requests_total counter",
      'proxy_requests_total{broker="1",api_key="Fetch",api_version="17"} 5',
      'proxy_requests_total{broker="2",api_key="Produce",api_version="11"} 6',
      "# TYPE proxy_requests_bytes counter",
      'proxy_requests_bytes{broker=""} 120',
      "# TYPE proxy_responses_bytes counter",
    ]);
  });

  it("does not mix two registries", async () => {
    const [counted, empty] = [start("linkerd"), new Registry()];
    printCompat(empty, ["linkerd"]);
    expect((await foreign(empty)).filter((line) => !line.startsWith("#"))).toEqual([]);
    expect(await foreign(counted)).toContain('request_total{direction="inbound",tls="true"} 11');
  });

  it("is on an OpenMetrics page as well", async () => {
    const { body } = await metricsPage(start("linkerd"), "application/openmetrics-text");
    expect(body).toContain('# TYPE request counter\nrequest_total{direction="inbound",tls="true"} 11');
  });
});
