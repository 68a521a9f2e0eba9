import type { ClientRow } from "@pagoda/traffic/view";

import type { Column } from "../../output/table.ts";
import { byteRate, duration, rate } from "../../output/units.ts";
import { errorsCell, listed, okCell, tlsCell } from "./cells.ts";

/** Of `stat clients`. */
export const clientColumns: readonly Column<ClientRow>[] = [
  { title: "CLIENT", cell: ({ client }) => client, cuts: true },
  { title: "LISTENER", cell: ({ listener }) => listener, wide: true },
  { title: "SOFTWARE", cell: ({ software }) => listed(software), cuts: true, drop: 4 },
  { title: "CONN", cell: ({ connections }) => String(connections) },
  { title: "OK", cell: ({ okShare }) => okCell(okShare), wide: true },
  { title: "REQ/S", cell: ({ requestsPerSecond }) => rate(requestsPerSecond) },
  { title: "PROD/S", cell: ({ produce }) => rate(produce.recordsPerSecond), wide: true },
  { title: "PROD_B/S", cell: ({ produce }) => byteRate(produce.bytesPerSecond), drop: 3 },
  { title: "FETCH/S", cell: ({ fetch }) => rate(fetch.recordsPerSecond), wide: true },
  { title: "FETCH_B/S", cell: ({ fetch }) => byteRate(fetch.bytesPerSecond), drop: 2 },
  { title: "P50", cell: ({ latency }) => duration(latency.p50), wide: true },
  { title: "P95", cell: ({ latency }) => duration(latency.p95), wide: true },
  { title: "P99", cell: ({ latency }) => duration(latency.p99) },
  { title: "ERRORS", cell: ({ errors }) => errorsCell(errors), cuts: true, drop: 5 },
  { title: "THROTTLED", cell: ({ throttledMs }) => duration(throttledMs), drop: 1 },
  { title: "TLS", cell: ({ tls }) => tlsCell(tls), wide: true },
  { title: "AUTH", cell: ({ auth }) => auth, wide: true },
  {
    title: "PROBLEMS",
    cell: ({ problems }) => ({
      text: listed(problems),
      health: problems.length === 0 ? "quiet" : "warning",
    }),
    cuts: true,
  },
];
