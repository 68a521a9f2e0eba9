import type { GroupEvent, GroupRow } from "@pagoda/traffic/view";

import { topics, wave } from "./cast.ts";

function timeline(group: string, at: number): readonly GroupEvent[] {
  const member = (n: number): Pick<GroupEvent, "memberId" | "client"> => ({
    memberId: `${group}-consumer-${n}-5f2c81d${n}`,
    client: `${group}-consumer-${n}`,
  });
  const base = Math.floor(at / 40_000) * 40_000;
  return Array.from({ length: 8 }, (_, round) => base - (7 - round) * 40_000)
    .flatMap((from, round): GroupEvent[] => [
      {
        at: from,
        kind: "rebalance",
        ...member(1),
        durationMs: 900,
        trigger: round % 2 === 0 ? "join" : "session_timeout",
      },
      ...[1, 2, 3].flatMap((n): GroupEvent[] => [
        { at: from + 100 * n, kind: "join", ...member(n), durationMs: 3_000 - 300 * n },
        { at: from + 3_200, kind: "sync", ...member(n), durationMs: 1_200 },
        { at: from + 12_000 + n * 700, kind: "heartbeat", ...member(n), durationMs: 12 },
        { at: from + 20_000 + n * 700, kind: "commit", ...member(n), durationMs: 6 },
        ...(n === 3
          ? [
              {
                at: from + 31_000,
                kind: "heartbeat" as const,
                ...member(n),
                durationMs: 8,
                error: "REBALANCE_IN_PROGRESS",
              },
            ]
          : []),
      ]),
    ])
    .filter((event) => event.at <= at);
}

export function groupRow(group: string, n: number, at: number): GroupRow {
  const its = topics.filter((topic) => topic.groups.includes(group));
  const lag = {
    records: Math.round(1_500 * wave(n, at)),
    seconds: 4.2 * wave(n, at),
    clock: "observed" as const,
  };
  return {
    listener: "main",
    group,
    state: group === "search" ? "PreparingRebalance" : "Stable",
    protocol: n === 2 ? "consumer" : "classic",
    members: [1, 2, 3].map((each) => ({
      memberId: `${group}-consumer-${each}-5f2c81d${each}`,
      client: `${group}-consumer-${each}`,
      host: `/10.4.0.${20 + each}`,
      joinedAt: at - 720_000,
      lastSeenAt: at - 900,
    })),
    topics: its.map(({ name }) => ({
      topic: name,
      lag,
      partitions: Array.from({ length: 6 }, (_, partition) => ({
        partition,
        committed: 88_000 + partition * 17,
        end: 88_000 + partition * 17 + Math.round(lag.records / (partition + 2)),
        lag: { ...lag, records: Math.round(lag.records / (partition + 2)) },
      })),
    })),
    lag,
    commitsPerSecond: 12 * wave(n, at),
    rebalances: group === "search" ? 84 : 2,
    lastRebalance: { at: at - 720_000, trigger: "join" },
    ambiguous: null,
    timeline: timeline(group, at),
  };
}
