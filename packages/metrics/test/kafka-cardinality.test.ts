// oxlint-disable no-await-in-loop -- connections come and go one after the other
import { randomUUID } from "node:crypto";

import { Fetch, Produce } from "@pagoda/kafka/protocol";
import { Registry } from "prom-client";
import { expect, it } from "vitest";

import { createMetrics } from "../src/index.ts";
import { batch, build, Tier } from "./kafka-tier.ts";

const clients = 10_000;
const topics = 5_000;

it(`stays under its caps with ${clients} client ids and ${topics} topics`, async () => {
  const metrics = createMetrics({ registry: new Registry(), build, series: { profile: "detailed" } });
  const records = batch(1);
  const name = (): string =>
    randomUUID()
      .replaceAll("-", "")
      .replaceAll(/\d/g, (digit) => "ghijklmnop"[Number(digit)] ?? "");
  const names = Array.from({ length: topics }, name);
  let page = new Tier({ metrics });
  for (let n = 0; n < clients; n++) {
    const tier = new Tier({ metrics });
    const clientId = `client-${name()}`;
    const topic = names[n % topics] as string;
    const topicData = [{ name: topic, partitionData: [{ index: 0, records }] }];
    await tier.ask(Produce, { version: 9, clientId, body: { acks: 1, topicData } });
    if (n % 10 === 0) await tier.ask(Fetch, { clientId });
    await tier.close();
    page = tier;
  }
  const families = await page.page();
  const valuesOf = (label: string): number =>
    new Set([...families.values()].flatMap(({ samples }) => samples.map(({ labels }) => labels[label]))).size;
  // The cap, `__other__`, and the families without the label.
  expect(valuesOf("client")).toBeLessThanOrEqual(202);
  expect(valuesOf("topic")).toBeLessThanOrEqual(502);
  const held = [...families.values()].reduce((sum, { samples }) => sum + samples.length, 0);
  expect(held).toBeLessThanOrEqual(20_000);
  // Whoever has no label of its own is counted all the same.
  expect(await page.value("pagoda_topic_records_total")).toBe(clients);
  expect(await page.value("pagoda_client_requests_total", { api_class: "produce" })).toBe(clients);
  expect(await page.value("pagoda_topic_records_total", { topic: "__other__" })).toBeGreaterThan(0);
  expect(await page.value("pagoda_client_requests_total", { client: "__other__" })).toBeGreaterThan(0);
  expect(await page.value("pagoda_client_connections")).toBe(0);
}, 120_000);
