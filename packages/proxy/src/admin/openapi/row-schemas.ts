import { problemKinds } from "@pagoda/traffic/view";
import type {
  ApiRow,
  BrokerRow,
  ClientRow,
  EdgeRow,
  ListenerRow,
  Problem,
  TopicRow,
} from "@pagoda/traffic/view";
import { z } from "zod";

import { count, ms, rate, share, text, tls, unixMs } from "./figures.ts";

// The rows of `TrafficView`; see @pagoda/traffic/view for what they mean.

export const latency = z.strictObject({ p50: ms.nullable(), p95: ms.nullable(), p99: ms.nullable() });
const errorCount = z.strictObject({ error: text, count });
const flow = z.strictObject({ recordsPerSecond: rate, bytesPerSecond: rate });
export const lag = z.strictObject({
  records: count,
  seconds: z.number().nullable(),
  clock: z.enum(["observed", "record", "none"]),
});
const answered = {
  requestsPerSecond: rate,
  okShare: share.nullable(),
  latency,
  errors: z.array(errorCount),
};

export const listenerRow = z.strictObject({
  listener: text,
  ...answered,
  connections: count,
  bytesInPerSecond: rate,
  bytesOutPerSecond: rate,
  proxyMs: ms.nullable(),
  brokerMs: ms.nullable(),
}) satisfies z.ZodType<ListenerRow>;

export const apiRow = z.strictObject({
  listener: text,
  api: text,
  client: text,
  ...answered,
  requests: count,
  versions: z.array(count),
  bestMs: ms.nullable(),
  worstMs: ms.nullable(),
  lastMs: ms.nullable(),
  brokerShare: share.nullable(),
}) satisfies z.ZodType<ApiRow>;

const topicFlow = z.strictObject({ ...flow.shape, requestsPerSecond: rate });

export const topicRow = z.strictObject({
  listener: text,
  topic: text,
  ...answered,
  produce: topicFlow,
  fetch: topicFlow,
  producers: z.array(text),
  groups: z.array(text),
  partitions: count,
  maxLag: lag.nullable(),
  lastProducedAt: unixMs.nullable(),
}) satisfies z.ZodType<TopicRow>;

const problemKind = z.enum(problemKinds);

export const clientRow = z.strictObject({
  listener: text,
  client: text,
  ...answered,
  software: z.array(text),
  connections: count,
  produce: flow,
  fetch: flow,
  throttledMs: ms,
  tls,
  auth: text,
  problems: z.array(problemKind),
}) satisfies z.ZodType<ClientRow>;

export const brokerRow = z.strictObject({
  listener: text,
  nodeId: text,
  ...answered,
  inFlight: count,
  connections: count,
}) satisfies z.ZodType<BrokerRow>;

export const actor = z.strictObject({ kind: z.enum(["http", "client", "topic", "group"]), name: text });

export const edgeRow = z.strictObject({
  listener: text,
  source: actor,
  target: actor,
  op: z.enum(["http", "produce", "fetch"]),
  recordsPerSecond: rate,
  bytesPerSecond: rate,
  errorShare: share.nullable(),
  tls,
  auth: text,
  lastAt: unixMs,
}) satisfies z.ZodType<EdgeRow>;

export const problem = z.strictObject({
  kind: problemKind,
  severity: z.enum(["warning", "critical"]),
  listener: text,
  subject: z.strictObject({ kind: z.enum(["client", "topic", "group", "listener"]), name: text }),
  summary: text,
  advice: text,
  since: unixMs,
}) satisfies z.ZodType<Problem>;
