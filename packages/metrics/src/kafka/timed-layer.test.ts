import { layer } from "@pagoda/core";
import type { SameLayer } from "@pagoda/core";
import type { KafkaAnswer, KafkaRequest } from "@pagoda/kafka";
import { Heartbeat, Metadata } from "@pagoda/kafka/protocol";
import { describe, expect, it } from "vitest";

import { answerEmpty, Tier } from "../../test/kafka-tier.ts";
import type { TierOptions } from "../../test/kafka-tier.ts";
import { timedLayer } from "./timed-layer.ts";

type KafkaLayer = SameLayer<KafkaRequest, KafkaAnswer>;

const slow = (): KafkaLayer =>
  layer("slow", (inner) => async (request: KafkaRequest, cx) => {
    await Promise.resolve();
    const answer = await inner.call(request, cx);
    await Promise.resolve();
    return answer;
  });
const answers = (): KafkaLayer => () => ({ call: async (request) => answerEmpty(request) });

function timed(...layers: readonly (readonly [string, KafkaLayer])[]): TierOptions {
  return {
    layers: (metrics, connection) =>
      layers.map(([name, given]) => timedLayer(name, given, { metrics, connection })),
  };
}

describe("a timed layer", () => {
  it("is measured on the way in and on the way out, also when it waits", async () => {
    const tier = new Tier(timed(["slow", slow()]));
    await Promise.all([tier.ask(Heartbeat), tier.ask(Heartbeat), tier.ask(Metadata)]);
    for (const hook of ["request", "response"]) {
      expect(await tier.value("pagoda_layer_duration_seconds_count", { layer: "slow", hook })).toBe(3);
      expect(await tier.value("pagoda_overhead_seconds_count", { hook })).toBe(3);
    }
    expect(await tier.value("pagoda_upstream_duration_seconds_count", { api: "Heartbeat" })).toBe(2);
    expect(await tier.value("pagoda_short_circuits_total")).toBe(0);
  });

  it("that answers without a broker is a short circuit of its name, counted once", async () => {
    const tier = new Tier(timed(["outer", slow()], ["cache", answers()]));
    await tier.ask(Heartbeat);
    expect(await tier.value("pagoda_short_circuits_total", { layer: "cache", api: "Heartbeat" })).toBe(1);
    expect(await tier.value("pagoda_short_circuits_total")).toBe(1);
    expect(await tier.value("pagoda_overhead_seconds_count")).toBe(0);
  });

  it("keeps the name that describe() prints", () => {
    const { metrics, connection } = new Tier();
    expect(timedLayer("rate limit", slow(), { metrics, connection }).name).toBe("slow");
  });
});
