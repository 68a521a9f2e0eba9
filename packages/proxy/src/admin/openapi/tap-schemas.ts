import type { TapEvent } from "@pagoda/traffic/view";
import { z } from "zod";

import { count, endpoint, ms, text, unixMs } from "./figures.ts";

const offset = z.number().int();

const partition = z.strictObject({
  partition: count,
  records: count.exactOptional(),
  bytes: count.exactOptional(),
  codec: text.exactOptional(),
  offset: offset.exactOptional(),
});

const record = z.strictObject({
  topic: text,
  partition: count,
  offset: offset.nullable(),
  key: text.nullable(),
  headers: z.array(z.strictObject({ key: text, value: text.nullable() })),
  value: text.nullable().exactOptional(),
});

export const tapEvent = z.strictObject({
  id: text,
  at: unixMs,
  listener: text,
  connection: text,
  correlationId: z.number().int(),
  client: text.nullable(),
  software: text.nullable(),
  principal: text.nullable(),
  source: endpoint,
  broker: text,
  tls: z.boolean(),
  api: text,
  apiVersion: z.number().int(),
  requestBytes: count,
  responseBytes: count,
  acks: z.number().int().exactOptional(),
  group: text.exactOptional(),
  topics: z.array(z.strictObject({ topic: text, partitions: z.array(partition) })).exactOptional(),
  latencyMs: ms.nullable(),
  brokerMs: ms.nullable(),
  sentAfterMs: ms.nullable(),
  throttleMs: ms,
  answeredBy: text.nullable(),
  errors: z.array(z.strictObject({ error: text, where: text.nullable() })),
  noAnswer: text.exactOptional(),
  records: z.array(record).exactOptional(),
}) satisfies z.ZodType<TapEvent>;

export const tapMissed = z.strictObject({
  sampledOut: count.describe("above maxPerSecond"),
  dropped: count.describe("the buffer was full: whoever reads is too slow"),
});
