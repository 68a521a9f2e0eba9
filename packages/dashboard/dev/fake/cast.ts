// Who takes part in invented traffic, for looking at the dashboard without a proxy.

import type { TopicRow } from "@pagoda/traffic/view";

export interface FakeTopic {
  readonly name: string;
  readonly rate: number;
  readonly producers: readonly string[];
  readonly groups: readonly string[];
  readonly errors?: number;
}

const many = Array.from({ length: 9 }, (_, n) => `sensor-gateway-${n + 1}`);
export const topics: readonly FakeTopic[] = [
  {
    name: "orders",
    rate: 1_200,
    producers: ["checkout", "legacy-etl"],
    groups: ["billing", "search"],
    errors: 0.02,
  },
  { name: "payments", rate: 110, producers: ["checkout"], groups: ["billing"] },
  { name: "sensor.readings.v2", rate: 8_400, producers: many, groups: ["analytics"], errors: 0.004 },
  { name: "audit", rate: 0, producers: ["payments-api"], groups: [] },
  { name: "<img src=x onerror=alert(1)>", rate: 3, producers: ["legacy-etl"], groups: ["search"] },
];
export const clients: readonly string[] = [...new Set(topics.flatMap(({ producers }) => producers))];
export const groups: readonly string[] = [...new Set(topics.flatMap((topic) => topic.groups))];

export function wave(seed: number, at: number): number {
  return 1 + 0.25 * Math.sin(at / 7_000 + seed) + 0.12 * Math.sin(at / 1_700 + seed * 3);
}

export const apiNames: readonly string[] = [
  "Produce",
  "Fetch",
  "Metadata",
  "Heartbeat",
  "OffsetCommit",
  "JoinGroup",
];

export function answered(
  seed: number,
  at: number,
  errors = 0,
): Pick<TopicRow, "requestsPerSecond" | "okShare" | "latency" | "errors"> {
  const p99 = 24 * wave(seed, at);
  return {
    requestsPerSecond: 60 * wave(seed, at) + seed,
    okShare: 1 - errors,
    latency: { p50: p99 / 10, p95: p99 / 3, p99 },
    errors:
      errors > 0
        ? [
            { error: "NOT_LEADER_OR_FOLLOWER", count: Math.round(errors * 200) },
            { error: "REQUEST_TIMED_OUT", count: 1 },
          ]
        : [],
  };
}
