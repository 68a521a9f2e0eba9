import { z } from "zod";
import type { ConnectionStatus } from "@pagoda/traffic/view";

import { logLevels } from "../../log.ts";
import type { ClusterStatus } from "../cluster-status.ts";
import type { StackStatus } from "../stack-status.ts";
import { count, endpoint, text, unixMs } from "./figures.ts";

const listener = z.strictObject({
  name: text,
  address: endpoint.exactOptional(),
  state: z.enum(["initializing", "serving", "draining", "failed"]),
  reason: text.exactOptional(),
  connections: count,
});
export const listeners = z.strictObject({ listeners: z.array(listener) });

const broker = z.strictObject({
  nodeId: z.number().int(),
  upstream: endpoint,
  rack: text.nullable(),
  advertised: endpoint.nullable(),
});
const cluster = z.strictObject({
  name: text,
  listener: text,
  clusterId: text.nullable(),
  controller: z.number().int().nullable(),
  bootstrap: z.array(endpoint),
  brokers: z.array(broker),
}) satisfies z.ZodType<ClusterStatus>;
export const clusters = z.strictObject({ clusters: z.array(cluster) });

const connection = z.strictObject({
  id: text,
  listener: text,
  client: text.nullable(),
  software: text.nullable(),
  principal: text.nullable(),
  tls: z.boolean(),
  source: endpoint,
  node: text,
  openedAt: unixMs,
  requests: count,
}) satisfies z.ZodType<ConnectionStatus>;
export const connections = z.strictObject({
  total: count.describe("how many there are; at most 5000 are listed"),
  connections: z.array(connection),
});

export const tier = z.strictObject({
  name: text,
  get to() {
    return z.array(tier).exactOptional();
  },
  get builds() {
    return z.array(tier).exactOptional();
  },
});
export const stacks: z.ZodType<readonly StackStatus[]> = z.array(
  z.strictObject({
    listener: text,
    workers: z.array(count).exactOptional(),
    tiers: z.array(tier),
  }),
);

export const version = z.looseObject({ version: text, node: text });
export const logLevel = z.strictObject({ level: z.enum(logLevels) });
export const reloaded = z.strictObject({
  outcome: z.enum(["success", "rejected", "partial"]),
  hash: text,
  message: text,
});
export const draining = z.strictObject({ state: z.literal("draining") });
export const ready = z.strictObject({
  ready: z.boolean(),
  checks: z.array(z.strictObject({ name: text, ok: z.boolean(), reason: text.exactOptional() })),
});
export const fault = z.strictObject({ error: z.strictObject({ code: text, message: text }) });
