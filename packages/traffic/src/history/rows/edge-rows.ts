import type { EdgeRow } from "../../view/rows.ts";
import { byName } from "../by-name.ts";
import type { Change } from "../change.ts";
import { shareOf } from "./answered.ts";
import { flow, yesOrNo } from "./client-rows.ts";

/** Worst first: the greatest share of errors, then the highest rate. Idle ones are last. */
export function edgeRows(change: Change): readonly EdgeRow[] {
  return change.state.edges
    .map((now): EdgeRow => {
      const more = change.of("edge", now);
      return {
        listener: now.listener,
        source: { kind: now.fromKind, name: now.from },
        target: { kind: now.toKind, name: now.to },
        op: now.op,
        ...flow(change, more.records, more.bytes),
        errorShare: shareOf(Math.min(more.failed, more.requests), more.requests),
        tls: yesOrNo(now.tlsRequests, now.requests - now.tlsRequests),
        auth: now.auth,
        lastAt: now.lastMs,
      };
    })
    .toSorted(
      (a, b) =>
        (b.errorShare ?? -1) - (a.errorShare ?? -1) ||
        b.recordsPerSecond - a.recordsPerSecond ||
        byName(nameOf(a), nameOf(b)),
    );
}

function nameOf({ source, target, listener }: EdgeRow): string {
  return `${source.name} ${target.name} ${listener}`;
}
