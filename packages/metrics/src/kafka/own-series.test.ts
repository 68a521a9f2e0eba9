import { Heartbeat, Produce } from "@pagoda/kafka/protocol";
import { Registry } from "prom-client";
import { expect, it } from "vitest";

import { batch, build, Tier } from "../../test/kafka-tier.ts";
import { createMetrics } from "../metrics.ts";
import type { Metrics } from "../metrics.ts";

const body = { acks: 1, topicData: [{ name: "orders", partitionData: [{ index: 0, records: batch(3) }] }] };

function start(): { metrics: Metrics; later: (ms: number) => void } {
  let nowMs = 0;
  const series = { retainIdleMs: 1_000, now: () => nowMs };
  const metrics = createMetrics({ registry: new Registry(), build, series });
  return { metrics, later: (ms) => (nowMs += ms) };
}

it("takes the series of an idle topic off the page, and begins anew when it is back", async () => {
  const { metrics, later } = start();
  const tier = new Tier({ metrics });
  await tier.ask(Produce, { version: 9, body });
  expect(await tier.value("pagoda_topic_records_total")).toBe(3);
  later(1_000);
  await tier.value("pagoda_topic_records_total");
  const topics = (await tier.samples()).filter(({ labels }) => labels["topic"] !== undefined);
  expect(topics).toEqual([]);
  await tier.ask(Produce, { version: 9, body });
  expect(await tier.value("pagoda_topic_records_total")).toBe(3);
});

it("keeps the series of a client that is connected, however idle", async () => {
  const { metrics, later } = start();
  const tier = new Tier({ metrics });
  await tier.ask(Heartbeat);
  for (const _ of [1, 2, 3]) {
    later(1_000);
    // oxlint-disable-next-line no-await-in-loop -- each page is a look for idle series
    expect(await tier.value("pagoda_client_connections", { client: "checkout" })).toBe(1);
  }
  await tier.close();
  expect(await tier.value("pagoda_client_connections", { client: "checkout" })).toBe(0);
  later(1_000);
  await tier.value("pagoda_client_requests_total");
  expect((await tier.samples()).filter(({ labels }) => labels["client"] === "checkout")).toEqual([]);
});

it("makes no series of open labels with the minimal profile", async () => {
  const series = { profile: "minimal" } as const;
  const tier = new Tier({ metrics: createMetrics({ registry: new Registry(), build, series }) });
  await tier.ask(Produce, { version: 9, body });
  const open = (await tier.samples()).filter(({ labels }) => "topic" in labels || "client" in labels);
  expect(open).toEqual([]);
  expect(await tier.value("pagoda_requests_total", { api: "Produce" })).toBe(1);
});
