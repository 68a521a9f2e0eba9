import { named, rateLimit, timeout } from "@pagoda/core";
import type { SameLayer, Service } from "@pagoda/core";
import { denyApis, waitMsOf } from "@pagoda/kafka";
import type { ApiName, KafkaAnswer, KafkaRequest } from "@pagoda/kafka";

import { timedLayer, tracedLayer } from "@pagoda/metrics";
import type { TimedLayerOptions } from "@pagoda/metrics";

import type { RequestLayerConfig } from "../config/layer-config.ts";

/** What the tiers are measured by. */
export interface RequestLayersParts extends TimedLayerOptions {
  /** Whether spans say how long each took. */
  readonly traced: boolean;
}

type RequestLayer = SameLayer<KafkaRequest, KafkaAnswer>;

/**
 * The tiers for requests that a configuration asks for, as one, outermost first. `metrics` and
 * `trace` are not among them: their places are fixed, for they measure what is around them.
 * @throws RangeError for what a layer cannot be made with
 */
export function requestLayers(
  layers: readonly RequestLayerConfig[],
  parts: RequestLayersParts,
): RequestLayer {
  const measured = layers.some(({ layer }) => layer === "metrics");
  const built = layers.flatMap((config) => {
    const made = buildLayer(config, parts);
    if (made === undefined) return [];
    const name = config.layer === "custom" ? config.name : config.layer;
    const timed = measured ? timedLayer(name, made, parts) : made;
    return parts.traced ? tracedLayer(name, timed) : timed;
  });
  const names = layers.map((config) => (config.layer === "custom" ? config.name : config.layer));
  const asked = names.filter((name) => name !== "metrics" && name !== "trace");
  return named(`requestLayers(${asked.join(", ")})`, (inner) =>
    built.reduceRight<Service<KafkaRequest, KafkaAnswer>>((below, layer) => layer(below), inner),
  );
}

function buildLayer(config: RequestLayerConfig, { connection }: TimedLayerOptions): RequestLayer | undefined {
  switch (config.layer) {
    case "metrics":
    case "trace":
      return undefined;
    case "timeout":
      return timeout({ timeoutMs: config.timeoutMs, waitMs: waitMsOf });
    case "rateLimit":
      // What is too much waits here, bounded by what serveKafka lets one client have under way.
      return rateLimit({ perSecond: config.requestsPerSecond, burst: config.burst, maxQueued: maxInFlight });
    case "denyApis":
      return denyApis({ apis: config.apis as readonly ApiName[] });
    case "custom":
      return config.build({ listener: connection.listener, connection });
    default:
      return config satisfies never;
  }
}

/** `maxInFlight` of serveKafka. */
const maxInFlight = 512;
