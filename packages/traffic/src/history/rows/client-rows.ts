import type { ClientRow, Flow, Problem } from "../../view/rows.ts";
import type { Change } from "../change.ts";
import { key, keyOf } from "../keys.ts";
import { answered, worstFirst } from "./answered.ts";

export function clientRows(change: Change, problems: readonly Problem[]): readonly ClientRow[] {
  const problemsOf = Map.groupBy(
    problems.filter(({ subject }) => subject.kind === "client"),
    ({ listener, subject }) => key(listener, subject.name),
  );
  const rows = change.state.clients.map((now) => {
    const more = change.of("client", now);
    return {
      listener: now.listener,
      client: now.client,
      ...answered(change, more),
      software: now.software,
      connections: now.connections,
      produce: flow(change, more.producedRecords, more.producedBytes),
      fetch: flow(change, more.fetchedRecords, more.fetchedBytes),
      throttledMs: more.throttledMs,
      tls: yesOrNo(now.tlsConnections, now.plainConnections),
      auth: now.auth.length === 0 ? "-" : now.auth.join(", "),
      problems: (problemsOf.get(keyOf.client(now)) ?? []).map(({ kind }) => kind),
    };
  });
  return worstFirst(rows, ({ listener, client }) => `${client} ${listener}`);
}

export function flow(change: Change, records: number, bytes: number): Flow {
  return { recordsPerSecond: change.perSecond(records), bytesPerSecond: change.perSecond(bytes) };
}

/** Of how many with and without; `no` of none. */
export function yesOrNo(withIt: number, without: number): "yes" | "no" | "mixed" {
  if (withIt <= 0) return "no";
  return without > 0 ? "mixed" : "yes";
}
