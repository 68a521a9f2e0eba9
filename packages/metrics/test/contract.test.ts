import { readFileSync } from "node:fs";
import { Registry } from "prom-client";
import { describe, expect, it } from "vitest";

import { Context } from "@pagoda/core";
import type { Connection, Detected } from "@pagoda/tcp";
import { memoryConnections } from "@pagoda/tcp/testing";

import { createMetrics, detectionMetrics, GroupMetrics, metricsPage, tcpMetrics } from "../src/index.ts";
import type { Metrics } from "../src/index.ts";
import { feedKafka } from "./kafka-traffic.ts";
import { parseOpenMetrics } from "./open-metrics.ts";
import type { Family } from "./open-metrics.ts";
import { pendingFamilies } from "./pending-families.ts";

const target = parseOpenMetrics(readFileSync(new URL("metrics.mock.om", import.meta.url), "utf8"));
const openMetrics = "application/openmetrics-text; version=1.0.0";

describe("the live page against the target page", async () => {
  const live = await livePage();

  it("has no family of ours that the target page does not have", () => {
    const strangers = [...live.keys()].filter((name) => name.startsWith("pagoda_") && !target.has(name));
    expect(strangers).toEqual([]);
  });

  it("lacks exactly the families that are listed as pending", () => {
    const missing = [...target.keys()].filter((name) => !live.has(name));
    expect(missing).toEqual(pendingFamilies);
  });

  it.each([...target.values()].filter(({ name }) => live.has(name)))(
    "$name is as the target has it",
    (wanted) => {
      expect(shape(live.get(wanted.name))).toEqual(shape(wanted));
    },
  );
});

function shape(family: Family | undefined): object | undefined {
  if (family === undefined) return undefined;
  const { name, type, help, unit, labels } = family;
  return { name, type, help, unit, labels };
}

/** A page on which every family that we feed has a sample. */
async function livePage(): Promise<ReadonlyMap<string, Family>> {
  const registry = new Registry();
  const build = { version: "0.1.0", commit: "abc1234", kafkaProtocol: "4.3" };
  const metrics = createMetrics({ registry, build, series: { profile: "detailed" } });
  metrics.process.configApplied("sha256:9f2c", "flags");
  metrics.process.listenerState("main", "serving");
  metrics.process.servedCertificate("main", () => new Date());
  await metrics.upstream.connecting("bootstrap", () => Promise.resolve());
  metrics.addresses.leaked("DescribeConfigs", "text");
  metrics.transforms.transformed("trace-inject", "orders", "ok", 1);
  const billing = {
    listener: "main",
    group: "billing",
    members: 3,
    commits: 8_800,
    failedCommits: 0,
    rebalances: { join: 4, leave: 0, session_timeout: 0, error: 0 },
    topics: [{ topic: "orders", records: 1_530, seconds: 4.2 }],
  };
  GroupMetrics.register(registry, { series: metrics.series, figures: () => [billing] });
  await connectOnce(metrics);
  await feedKafka(metrics);
  const { body } = await metricsPage(registry, openMetrics);
  return parseOpenMetrics(body);
}

async function connectOnce(metrics: Metrics): Promise<void> {
  const [client, server] = memoryConnections();
  const detected = { protocol: "kafka", source: "peek" };
  const outer = tcpMetrics<Connection, void>({ metrics })(
    detectionMetrics<Connection & Detected, void>({ metrics })({
      call: async (connection) => connection.close("policy"),
    }) as never,
  );
  await outer.call(Object.assign(server, { detected }) as never, Context.background());
  await server.closed;
  client.close("peer_closed");
}
