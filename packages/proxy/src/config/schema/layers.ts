import { apis } from "@pagoda/kafka/protocol";
import { z } from "zod";

import type { BuildRequestLayer } from "../layer-config.ts";
import { either, listOf, mapping } from "./collections.ts";
import { aboveZero, durationText, nameText, oneOf, whole } from "./scalars.ts";
import type { Schema } from "./scalars.ts";

/** A tier for requests: a name, a name with its options, or a layer of one's own (TypeScript only). */
export type LayerSource = "metrics" | "trace" | LayerOptionsSource | CustomLayerSource;

/** Exactly one of these. */
export interface LayerOptionsSource {
  timeout?: string | undefined;
  rateLimit?: { requestsPerSecond: number; burst?: number | undefined } | undefined;
  denyApis?: readonly string[] | undefined;
}

export interface CustomLayerSource {
  name: string;
  build: BuildRequestLayer;
}

const apiNames = Object.keys(apis).toSorted() as [string, ...string[]];

const options = mapping({
  timeout: durationText()
    .optional()
    .describe(
      "requests that take longer fail with REQUEST_TIMED_OUT; what a fetch asks to wait comes on top, and JoinGroup and SyncGroup take as long as their group does",
    ),
  rateLimit: mapping({
    requestsPerSecond: aboveZero().describe("per connection, on average"),
    burst: whole(1).optional().describe("at once; default: the requests of one second"),
  })
    .optional()
    .describe("requests above it wait in the client's socket"),
  denyApis: listOf(oneOf(apiNames, "the name of a Kafka API"), "names of Kafka APIs", 1)
    .optional()
    .describe("these APIs are answered with an authorization error"),
}).meta({ minProperties: 1, maxProperties: 1 });

const custom = mapping({
  name: nameText(),
  // Not z.custom: its issues would keep a union from telling which shape was meant.
  build: z.unknown().superRefine((value, cx) => {
    if (typeof value === "function") return;
    cx.addIssue({ code: "custom", message: "must be a function that builds the layer" });
  }) as z.ZodType<BuildRequestLayer, BuildRequestLayer>,
}).meta({ typescriptOnly: true });

const layer: Schema<LayerSource> = either("the name of a layer, or a mapping of one name to its options", [
  oneOf(["metrics", "trace"]).describe(
    "metrics counts and times requests; trace makes spans of them, and needs tracing",
  ),
  options,
  custom,
]);

export const layersSchema: z.ZodType<LayerSource[], readonly LayerSource[]> = listOf(layer, "layers");
