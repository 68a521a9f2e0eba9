import type { ApiRow } from "@pagoda/traffic/view";

import type { Column } from "../../output/table.ts";
import { amount, duration, none, percent, rate } from "../../output/units.ts";
import { errorsCell, okCell } from "./cells.ts";

/** Of `stat apis`, and of `top`. */
export const apiColumns: readonly Column<ApiRow>[] = [
  { title: "API", cell: ({ api }) => api },
  { title: "CLIENT", cell: ({ client }) => client, cuts: true },
  { title: "LISTENER", cell: ({ listener }) => listener, wide: true },
  { title: "COUNT", cell: ({ requests }) => amount(requests), drop: 5 },
  { title: "REQ/S", cell: ({ requestsPerSecond }) => rate(requestsPerSecond) },
  { title: "BEST", cell: ({ bestMs }) => duration(bestMs), drop: 2 },
  { title: "WORST", cell: ({ worstMs }) => duration(worstMs), drop: 3 },
  { title: "LAST", cell: ({ lastMs }) => duration(lastMs), drop: 1 },
  { title: "P50", cell: ({ latency }) => duration(latency.p50), wide: true },
  { title: "P95", cell: ({ latency }) => duration(latency.p95), wide: true },
  { title: "P99", cell: ({ latency }) => duration(latency.p99) },
  { title: "OK", cell: ({ okShare }) => okCell(okShare) },
  { title: "ERRS", cell: ({ errors }) => errorsCell(errors), cuts: true, drop: 6 },
  { title: "BROKER/PROXY", cell: ({ brokerShare }) => shares(brokerShare), drop: 4 },
  { title: "VERSIONS", cell: ({ versions }) => versions.map((one) => `v${one}`).join(" "), wide: true },
];

function shares(brokerShare: number | null): string {
  if (brokerShare === null) return none;
  return `${percent(brokerShare)} / ${percent(1 - brokerShare)}`;
}
