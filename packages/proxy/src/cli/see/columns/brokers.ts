import type { BrokerRow } from "@pagoda/traffic/view";

import type { Column } from "../../output/table.ts";
import { duration, rate } from "../../output/units.ts";
import { errorsCell, okCell } from "./cells.ts";

/** Of `stat brokers`. */
export const brokerColumns: readonly Column<BrokerRow>[] = [
  { title: "BROKER", cell: ({ nodeId }) => nodeId, cuts: true },
  { title: "LISTENER", cell: ({ listener }) => listener, wide: true },
  { title: "OK", cell: ({ okShare }) => okCell(okShare) },
  { title: "REQ/S", cell: ({ requestsPerSecond }) => rate(requestsPerSecond) },
  { title: "CONN", cell: ({ connections }) => String(connections) },
  { title: "IN_FLIGHT", cell: ({ inFlight }) => String(inFlight), drop: 3 },
  { title: "P50", cell: ({ latency }) => duration(latency.p50), drop: 2 },
  { title: "P95", cell: ({ latency }) => duration(latency.p95), drop: 1 },
  { title: "P99", cell: ({ latency }) => duration(latency.p99) },
  { title: "ERRS", cell: ({ errors }) => errorsCell(errors), cuts: true },
];
