import type { ApiRow, BrokerRow, ListenerRow } from "../../view/rows.ts";
import type { Change, Increase } from "../change.ts";
import { answered, shareOf, worstFirst } from "./answered.ts";

export function listenerRows(change: Change): readonly ListenerRow[] {
  const rows = change.state.listeners.map((now) => {
    const more = change.of("listener", now);
    return {
      listener: now.listener,
      ...answered(change, more),
      connections: now.connections,
      bytesInPerSecond: change.perSecond(more.bytesIn),
      bytesOutPerSecond: change.perSecond(more.bytesOut),
      proxyMs: proxyMs(more),
      brokerMs: shareOf(more.brokerMs, more.sent),
    };
  });
  return worstFirst(rows, ({ listener }) => listener);
}

/** Mean milliseconds here of the requests that went to a broker; null where none did. */
export function proxyMs({
  totalMs,
  brokerMs,
  sent,
}: Pick<Increase<"listener">, "totalMs" | "brokerMs" | "sent">): number | null {
  return shareOf(Math.max(totalMs - brokerMs, 0), sent);
}

export function apiRows(change: Change): readonly ApiRow[] {
  const rows = change.state.apis.map((now) => {
    const more = change.of("api", now);
    return {
      listener: now.listener,
      api: now.api,
      client: now.client,
      ...answered(change, more),
      requests: now.requests,
      versions: now.versions.toSorted((a, b) => a - b),
      bestMs: known(now.bestMs),
      worstMs: known(now.worstMs),
      lastMs: known(now.lastMs),
      brokerShare: shareOf(Math.min(more.brokerMs, more.totalMs), more.totalMs),
    };
  });
  return worstFirst(rows, ({ listener, api, client }) => `${api} ${client} ${listener}`);
}

export function brokerRows(change: Change): readonly BrokerRow[] {
  const rows = change.state.brokers.map((now) => ({
    listener: now.listener,
    nodeId: now.nodeId,
    ...answered(change, change.of("broker", now)),
    inFlight: now.inFlight,
    connections: now.connections,
  }));
  return worstFirst(rows, ({ listener, nodeId }) => `${nodeId} ${listener}`);
}

function known(ms: number): number | null {
  return ms < 0 ? null : ms;
}
