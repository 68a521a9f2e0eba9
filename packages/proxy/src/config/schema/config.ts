import { z } from "zod";

import { frameLogs, logLevels } from "../../log.ts";
import type { FrameLog, LogLevel } from "../../log.ts";
import { adminSchema } from "./admin.ts";
import type { AdminSource } from "./admin.ts";
import { clusterSchema } from "./cluster.ts";
import type { ClusterSource } from "./cluster.ts";
import { either, mapping } from "./collections.ts";
import { listenersSchema } from "./listener.ts";
import type { ListenerSource } from "./listener.ts";
import { metricsSchema } from "./metrics.ts";
import type { MetricsSource } from "./metrics.ts";
import { durationText, flag, nameText, oneOf, text, whole } from "./scalars.ts";
import type { Schema } from "./scalars.ts";
import { tracingSchema } from "./tracing.ts";
import type { TracingSource } from "./tracing.ts";
import { tapSchema } from "./tap.ts";
import type { TapSource } from "./tap.ts";

/** A configuration as people write it, in YAML, JSON or TypeScript. docs/configuration.md has every key. */
export interface ConfigSource {
  $schema?: string | undefined;
  clusters?: { readonly [name: string]: ClusterSource } | undefined;
  listeners?: readonly ListenerSource[] | undefined;
  admin?: "off" | AdminSource | undefined;
  metrics?: MetricsSource | undefined;
  tracing?: TracingSource | undefined;
  tap?: TapSource | undefined;
  log?: { level?: LogLevel | undefined; frames?: FrameLog | undefined } | undefined;
  drainTimeout?: string | undefined;
  workers?: number | "auto" | undefined;
  reload?: { watch?: boolean | undefined; drain?: boolean | undefined } | undefined;
  ready?: { upstream?: boolean | undefined } | undefined;
}

/** Says what a `pagoda.config.ts` exports by default: gives editors its type, and does nothing else. */
export function defineConfig(config: ConfigSource): ConfigSource {
  return config;
}

export const configSchema: Schema<ConfigSource> = mapping({
  $schema: text("a text").optional().describe("for editors of JSON; without effect here"),
  clusters: z
    .record(nameText(), clusterSchema, { error: "must be a mapping of names to clusters" })
    .optional()
    .describe("Kafka clusters, by name"),
  listeners: listenersSchema
    .optional()
    .describe("where clients connect; default: one, before the only cluster"),
  admin: adminSchema.optional().describe("the server of /metrics, /live, /ready and /config, or off"),
  metrics: metricsSchema.optional().describe("what is measured, and how many series that may be"),
  tracing: tracingSchema.optional().describe("spans of requests, over OTLP; default: none are made"),
  tap: tapSchema.optional().describe("what a live tap may show of records"),
  log: mapping({
    level: oneOf(logLevels).optional().describe("least urgent lines that are written; default info"),
    frames: oneOf(frameLogs)
      .optional()
      .describe("headers: a line for each Kafka request and response, with its size and header; default off"),
  })
    .optional()
    .describe("JSON lines on standard output"),
  drainTimeout: durationText()
    .optional()
    .describe("from SIGTERM until connections that are still busy are reset; default 25s"),
  workers: either("a whole number from 1 to 256, or auto", [whole(1, 256), oneOf(["auto"])])
    .optional()
    .describe("processes that serve, or auto for as many as there are cores; default 1"),
  reload: mapping({
    watch: flag().optional().describe("whether a change of the files reloads; default true"),
    drain: flag()
      .optional()
      .describe(
        "whether connections of a listener that changed are drained; default false: they keep their stack",
      ),
  })
    .optional()
    .describe("what a new configuration does to a proxy that runs"),
  ready: mapping({
    upstream: flag()
      .optional()
      .describe("whether /ready asks for an upstream that can be reached; default true"),
  })
    .optional()
    .describe("what /ready asks for"),
}) as Schema<ConfigSource>;
