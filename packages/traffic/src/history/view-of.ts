import type { GroupRow, Problem, Window } from "../view/rows.ts";
import type { Totals, TrafficView } from "../view/view.ts";
import { Change } from "./change.ts";
import { addLatency } from "./counts.ts";
import type { Counted, TrimmedLatency } from "./counts.ts";
import { latencyOf } from "./percentiles.ts";
import { okShare } from "./rows/answered.ts";
import { clientRows } from "./rows/client-rows.ts";
import { edgeRows } from "./rows/edge-rows.ts";
import { groupRows } from "./rows/group-rows.ts";
import { apiRows, brokerRows, listenerRows, proxyMs } from "./rows/listener-rows.ts";
import { topicRows } from "./rows/topic-rows.ts";
import { emptySample } from "./sample.ts";

/** A change as the tables that people look at. */
export function viewOf(change: Change, window: Window, problems: readonly Problem[]): TrafficView {
  const { state, seconds } = change;
  const groups = groupRows(change);
  return {
    at: state.atMs,
    startedAt: state.startedMs,
    window,
    windowSeconds: seconds,
    totals: totalsOf(change, groups),
    listeners: listenerRows(change),
    apis: apiRows(change),
    topics: topicRows(change, groups),
    clients: clientRows(change, problems),
    groups,
    brokers: brokerRows(change),
    edges: edgeRows(change),
    problems,
  };
}

/** Before there is any state. */
export function emptyView(window: Window, at: number): TrafficView {
  const state = {
    atMs: at,
    startedMs: at,
    listeners: [],
    apis: [],
    topics: [],
    clients: [],
    brokers: [],
    edges: [],
    groups: [],
  };
  return viewOf(new Change(state, emptySample(at), undefined), window, []);
}

function totalsOf(change: Change, groups: readonly GroupRow[]): Totals {
  const { listeners } = change.state;
  const increases = listeners.map((listener) => change.of("listener", listener));
  const sumOf = (name: Counted<"listener">): number => increases.reduce((sum, more) => sum + more[name], 0);
  const none: TrimmedLatency = { from: 0, counts: [] };
  return {
    requestsPerSecond: change.perSecond(sumOf("requests")),
    okShare: okShare({ success: sumOf("success"), retriable: sumOf("retriable"), failure: sumOf("failure") }),
    latency: latencyOf(increases.reduce((sum, { latency }) => addLatency(sum, latency), none)),
    proxyMs: proxyMs({ totalMs: sumOf("totalMs"), brokerMs: sumOf("brokerMs"), sent: sumOf("sent") }),
    bytesInPerSecond: change.perSecond(sumOf("bytesIn")),
    bytesOutPerSecond: change.perSecond(sumOf("bytesOut")),
    connections: listeners.reduce((sum, { connections }) => sum + connections, 0),
    maxLag: maxLag(groups),
  };
}

/** By records. */
function maxLag(groups: readonly GroupRow[]): Totals["maxLag"] {
  let worst: Totals["maxLag"] = null;
  for (const { group, lag } of groups) {
    if (lag === null || (worst !== null && lag.records <= worst.records)) continue;
    worst = { group, records: lag.records, seconds: lag.seconds };
  }
  return worst;
}
