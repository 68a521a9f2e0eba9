import type { ListenerRow } from "@pagoda/traffic/view";

import type { Column } from "../../output/table.ts";
import { byteRate, duration, rate } from "../../output/units.ts";
import { errorsCell, okCell } from "./cells.ts";

/** Of `stat listeners`. */
export const listenerColumns: readonly Column<ListenerRow>[] = [
  { title: "LISTENER", cell: ({ listener }) => listener, cuts: true },
  { title: "OK", cell: ({ okShare }) => okCell(okShare) },
  { title: "CONN", cell: ({ connections }) => String(connections) },
  { title: "REQ/S", cell: ({ requestsPerSecond }) => rate(requestsPerSecond) },
  { title: "IN_B/S", cell: ({ bytesInPerSecond }) => byteRate(bytesInPerSecond), drop: 4 },
  { title: "OUT_B/S", cell: ({ bytesOutPerSecond }) => byteRate(bytesOutPerSecond), drop: 3 },
  { title: "P50", cell: ({ latency }) => duration(latency.p50), drop: 2 },
  { title: "P95", cell: ({ latency }) => duration(latency.p95), drop: 1 },
  { title: "P99", cell: ({ latency }) => duration(latency.p99) },
  { title: "PROXY", cell: ({ proxyMs }) => duration(proxyMs) },
  { title: "BROKER", cell: ({ brokerMs }) => duration(brokerMs) },
  { title: "ERRS", cell: ({ errors }) => errorsCell(errors), cuts: true },
];
