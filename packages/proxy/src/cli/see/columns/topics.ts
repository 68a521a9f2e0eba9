import type { TopicRow } from "@pagoda/traffic/view";

import type { Column } from "../../output/table.ts";
import { age, byteRate, duration, rate } from "../../output/units.ts";
import { errorsCell, lagCell, listed, okCell } from "./cells.ts";

/** Of `stat topics`. @param now Unix milliseconds */
export function topicColumns(now: number): readonly Column<TopicRow>[] {
  return [
    { title: "TOPIC", cell: ({ topic }) => topic, cuts: true },
    { title: "LISTENER", cell: ({ listener }) => listener, wide: true },
    { title: "OK", cell: ({ okShare }) => okCell(okShare) },
    { title: "REQ/S", cell: ({ requestsPerSecond }) => rate(requestsPerSecond), wide: true },
    { title: "PROD/S", cell: ({ produce }) => rate(produce.recordsPerSecond) },
    { title: "PROD_B/S", cell: ({ produce }) => byteRate(produce.bytesPerSecond), drop: 5 },
    { title: "FETCH/S", cell: ({ fetch }) => rate(fetch.recordsPerSecond) },
    { title: "FETCH_B/S", cell: ({ fetch }) => byteRate(fetch.bytesPerSecond), drop: 4 },
    { title: "P50", cell: ({ latency }) => duration(latency.p50), drop: 3 },
    { title: "P95", cell: ({ latency }) => duration(latency.p95), drop: 2 },
    { title: "P99", cell: ({ latency }) => duration(latency.p99), drop: 7 },
    { title: "ERRS", cell: ({ errors }) => errorsCell(errors), cuts: true, drop: 8 },
    { title: "PRODUCERS", cell: ({ producers }) => String(producers.length), drop: 1 },
    { title: "GROUPS", cell: ({ groups }) => String(groups.length), drop: 6 },
    { title: "MAX_LAG", cell: ({ maxLag }) => lagCell(maxLag) },
    { title: "PARTITIONS", cell: ({ partitions }) => String(partitions), wide: true },
    { title: "PRODUCED", cell: ({ lastProducedAt }) => age(lastProducedAt, now), wide: true },
    { title: "PRODUCED_BY", cell: ({ producers }) => listed(producers), wide: true },
    { title: "READ_BY", cell: ({ groups }) => listed(groups), wide: true },
  ];
}
