import { compatNames, metricsProfiles } from "@pagoda/metrics";
import type { CompatName, MetricsProfile, OpenLabel } from "@pagoda/metrics";
import { z } from "zod";

import { listOf, mapping } from "./collections.ts";
import { durationText, oneOf, regexText, whole } from "./scalars.ts";
import type { Schema } from "./scalars.ts";

export interface MetricsSource {
  profile?: MetricsProfile | undefined;
  retainIdle?: string | undefined;
  maxSeries?: number | undefined;
  compat?: readonly CompatName[] | undefined;
  labels?: { readonly [Label in OpenLabel]?: LabelSource | undefined } | undefined;
}

/** What becomes of the values of one open label. */
export interface LabelSource {
  allow?: readonly string[] | undefined;
  deny?: readonly string[] | undefined;
  rewrite?: readonly { match: string; to: string }[] | undefined;
  max?: number | undefined;
}

function label(most: number): Schema<LabelSource> {
  return mapping({
    allow: listOf(regexText(), "regular expressions")
      .optional()
      .describe("values that none of these matches are folded into __other__; default: all are kept"),
    deny: listOf(regexText(), "regular expressions")
      .optional()
      .describe("values that one of these matches are folded into __other__"),
    rewrite: listOf(
      mapping({
        match: regexText().describe("what is replaced in the value"),
        to: z.string({ error: "must be a text" }).describe("by what; $1 stands for the first group"),
      }),
      "mappings of match and to",
    )
      .optional()
      .describe("in order, all of them"),
    max: whole(1, 1_000_000)
      .optional()
      .describe(`values at most; further ones are folded into __other__; default ${most}`),
  }) as Schema<LabelSource>;
}

export const metricsSchema: Schema<MetricsSource> = mapping({
  profile: oneOf(metricsProfiles)
    .optional()
    .describe("minimal: closed labels alone; detailed: more families; default standard"),
  retainIdle: durationText()
    .optional()
    .describe("without an update until a series of open labels is dropped; default 10m"),
  maxSeries: whole(100, 10_000_000)
    .optional()
    .describe("series in all; from there on only closed labels are served; default 20000"),
  compat: listOf(oneOf(compatNames), "names of sets")
    .optional()
    .describe("also serve the names that dashboards of other proxies ask for"),
  labels: mapping({
    topic: label(500).optional(),
    group: label(200).optional(),
    client: label(200).optional(),
    software_version: label(50).optional(),
  })
    .optional()
    .describe("what becomes of the values of open labels"),
}) as Schema<MetricsSource>;
