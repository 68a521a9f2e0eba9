import { rebalanceTriggers } from "@pagoda/traffic/view";
import type { GroupRow } from "@pagoda/traffic/view";
import { z } from "zod";

import { count, ms, rate, text, unixMs } from "./figures.ts";
import { lag } from "./row-schemas.ts";

const trigger = z.enum(rebalanceTriggers);

const partition = z.strictObject({
  partition: count,
  committed: z.number().int().nullable(),
  end: z.number().int().nullable(),
  lag: lag.nullable(),
});

const member = z.strictObject({
  memberId: text,
  client: text,
  host: text,
  joinedAt: unixMs,
  lastSeenAt: unixMs,
});

const event = z.strictObject({
  at: unixMs,
  kind: z.enum(["join", "sync", "heartbeat", "leave", "commit", "rebalance"]),
  memberId: text,
  client: text,
  durationMs: ms,
  error: text.exactOptional(),
  trigger: trigger.exactOptional(),
});

export const groupRow = z.strictObject({
  listener: text,
  group: text,
  state: z.enum(["Stable", "PreparingRebalance", "CompletingRebalance", "Empty", "Unknown"]),
  protocol: z.enum(["classic", "consumer", "share", "simple"]),
  members: z.array(member),
  topics: z.array(z.strictObject({ topic: text, lag: lag.nullable(), partitions: z.array(partition) })),
  lag: lag.nullable(),
  commitsPerSecond: rate,
  rebalances: count,
  lastRebalance: z.strictObject({ at: unixMs, trigger }).nullable(),
  ambiguous: text.nullable(),
  timeline: z.array(event),
}) satisfies z.ZodType<GroupRow>;
