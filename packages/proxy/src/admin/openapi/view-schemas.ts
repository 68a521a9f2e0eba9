import { windows } from "@pagoda/traffic/view";
import type { TrafficView } from "@pagoda/traffic/view";
import { z } from "zod";

import { count, ms, rate, share, text, unixMs } from "./figures.ts";
import { groupRow } from "./group-schema.ts";
import {
  actor,
  apiRow,
  brokerRow,
  clientRow,
  edgeRow,
  latency,
  listenerRow,
  problem,
  topicRow,
} from "./row-schemas.ts";

const head = {
  at: unixMs,
  window: z.enum(windows),
  windowSeconds: z
    .number()
    .nonnegative()
    .describe("seconds that the rates really are over: fewer than the window's, after a start"),
};

const totals = z.strictObject({
  requestsPerSecond: rate,
  okShare: share.nullable(),
  latency,
  proxyMs: ms.nullable(),
  bytesInPerSecond: rate,
  bytesOutPerSecond: rate,
  connections: count,
  maxLag: z.strictObject({ group: text, records: count, seconds: z.number().nullable() }).nullable(),
});

export const trafficView = z.strictObject({
  ...head,
  startedAt: unixMs,
  totals,
  listeners: z.array(listenerRow),
  apis: z.array(apiRow),
  topics: z.array(topicRow),
  clients: z.array(clientRow),
  groups: z.array(groupRow),
  brokers: z.array(brokerRow),
  edges: z.array(edgeRow),
  problems: z.array(problem),
}) satisfies z.ZodType<TrafficView>;

export const stats = trafficView.omit({ groups: true, edges: true, problems: true });
export const topology = z.strictObject({ ...head, actors: z.array(actor), edges: z.array(edgeRow) });
export const groups = z.strictObject({ ...head, groups: z.array(groupRow) });
export const problems = z.strictObject({ ...head, problems: z.array(problem) });
