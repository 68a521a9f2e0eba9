import type { ErrorCount, Lag } from "@pagoda/traffic/view";

import type { Cell, Health } from "../../output/table.ts";
import { amount, none, okPercent, seconds } from "../../output/units.ts";

/** Share of good answers, in the colour that it has. */
export function okCell(share: number | null): Cell {
  return { text: okPercent(share), health: healthOf(share) };
}

function healthOf(okShare: number | null): Health | undefined {
  if (okShare === null) return "quiet";
  if (okShare >= 0.999) return "good";
  return okShare >= 0.99 ? "warning" : "bad";
}

/** `NOT_LEADER_OR_FOLLOWER×4 +1`: the most frequent, and how many other kinds there are. */
export function errorsCell(errors: readonly ErrorCount[]): Cell {
  const [first, ...others] = errors;
  if (first === undefined) return { text: none, health: "quiet" };
  const more = others.length === 0 ? "" : ` +${others.length}`;
  return { text: `${first.error}×${amount(first.count)}${more}`, health: "warning" };
}

/** `1.5k (4s)` */
export function lagCell(lag: Lag | null): string {
  if (lag === null) return none;
  if (lag.records === 0) return "0";
  return lag.seconds === null ? amount(lag.records) : `${amount(lag.records)} (${lagTime(lag)})`;
}

/** `4.2s`; `~4.2s` where only the records' timestamps tell. */
export function lagTime(lag: Lag | null): string {
  if (lag === null || lag.seconds === null) return none;
  return `${lag.clock === "record" ? "~" : ""}${seconds(lag.seconds)}`;
}

/** `√`, `×`, or both. */
export function tlsCell(tls: "yes" | "no" | "mixed"): Cell {
  if (tls === "yes") return { text: "√", health: "good" };
  return tls === "no" ? { text: "×", health: "warning" } : { text: "√×", health: "warning" };
}

export function listed(names: readonly string[]): string {
  return names.length === 0 ? none : names.join(", ");
}
