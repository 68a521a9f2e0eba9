import type { Problem } from "@pagoda/traffic/view";

export function problems(at: number): readonly Problem[] {
  return [
    {
      kind: "no-compression",
      severity: "warning",
      listener: "main",
      subject: { kind: "client", name: "legacy-etl" },
      summary: "1.1 records a batch, no compression, 2.1k batches in 1m",
      advice: "Set compression.type=zstd and linger.ms=20: fewer, smaller requests.",
      since: at - 640_000,
    },
    {
      kind: "leader-moves",
      severity: "critical",
      listener: "main",
      subject: { kind: "topic", name: "orders" },
      summary: "the leader of orders/3 moved 4 times in 10m",
      advice:
        "Look at the brokers' logs: sessions that time out, or a preferred leader election that repeats.",
      since: at - 240_000,
    },
    {
      kind: "rebalance-loop",
      severity: "critical",
      listener: "main",
      subject: { kind: "group", name: "search" },
      summary: "rebalances every 40 s",
      advice: "A member takes longer than max.poll.interval.ms: lower max.poll.records, or raise it.",
      since: at - 1_240_000,
    },
  ];
}
