import { CancelledError } from "@pagoda/core";
import { Registry } from "prom-client";
import { describe, expect, it } from "vitest";

import { UpstreamMetrics } from "./upstream-metrics.ts";

function start() {
  const registry = new Registry();
  const upstream = new UpstreamMetrics(registry);
  const errors = async (): Promise<Record<string, number>> => {
    const found =
      (await registry.getSingleMetric("pagoda_upstream_connect_errors_total")?.get())?.values ?? [];
    return Object.fromEntries(
      found.map(({ labels, value }) => [String((labels as { reason?: string }).reason), value]),
    );
  };
  return { registry, upstream, errors };
}

describe("UpstreamMetrics", () => {
  it("gives the outcome back unchanged, and times a success", async () => {
    const { registry, upstream } = start();
    expect(await upstream.connecting("bootstrap", async () => "connected")).toBe("connected");
    expect(await registry.metrics()).toContain(
      'pagoda_upstream_connect_duration_seconds_count{node_id="bootstrap"} 1',
    );
  });

  it("counts a failure under its reason, with the other reasons at 0", async () => {
    const { upstream, errors } = start();
    const failure = Object.assign(new Error("refused"), { reason: "refused" });
    await expect(upstream.connecting("1", () => Promise.reject(failure))).rejects.toBe(failure);
    expect(await errors()).toEqual({ refused: 1, timeout: 0, tls: 0, auth: 0, dns: 0, other: 0 });
  });

  it("keeps the label closed: an unknown reason is other", async () => {
    const { upstream, errors } = start();
    const failure = Object.assign(new Error("odd"), { reason: "full moon" });
    await expect(upstream.connecting("1", () => Promise.reject(failure))).rejects.toBe(failure);
    expect(await errors()).toMatchObject({ other: 1 });
  });

  it("counts a connection that was open and is of no more use", async () => {
    const { upstream, errors } = start();
    upstream.failed("1", Object.assign(new Error("expired"), { reason: "auth" }));
    expect(await errors()).toMatchObject({ auth: 1, other: 0 });
  });

  it("does not count what the caller cancelled", async () => {
    const { upstream, errors } = start();
    const gone = new CancelledError();
    await expect(upstream.connecting("1", () => Promise.reject(gone))).rejects.toBe(gone);
    expect(Object.values(await errors())).toEqual([0, 0, 0, 0, 0, 0]);
  });
});
