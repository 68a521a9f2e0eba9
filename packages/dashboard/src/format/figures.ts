import type { ErrorCount, Lag } from "@pagoda/traffic/view";

/** What there is nothing of. */
const none = "-";

/** `0`, `0.04`, `4.2`, `118`, `1.2k`, `3.4M`. */
export function amount(value: number | null): string {
  return value === null ? none : scaled(value, 1_000, ["", "k", "M", "G", "T"]);
}

/** `70B`, `9.4KiB`. */
export function bytes(value: number | null): string {
  return value === null ? none : scaled(value, 1_024, ["B", "KiB", "MiB", "GiB", "TiB"]);
}

/** `840KiB/s`; `-` for no traffic. */
export function bytesRate(value: number): string {
  return value === 0 ? none : `${bytes(value)}/s`;
}

/** `1.2k`; `-` for no traffic. */
export function rate(value: number): string {
  return value === 0 ? none : amount(value);
}

/** A share from 0 to 1 as `99.97%`. What is not all of it never rounds up to `100.00%`. */
export function percent(share: number | null): string {
  if (share === null) return none;
  const shown = share < 1 ? Math.min(share * 100, 99.99) : 100;
  return `${shown.toFixed(2)}%`;
}

/** Milliseconds as `0.8ms`, `31ms`, `4.2s`, `3m`, `2h`, `5d`. */
export function duration(ms: number | null): string {
  if (ms === null) return none;
  if (ms < 999.5) return `${rounded(ms)}ms`;
  const seconds = ms / 1_000;
  if (seconds < 99.5) return `${rounded(seconds)}s`;
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)}m`;
  if (seconds < 48 * 3_600) return `${Math.round(seconds / 3_600)}h`;
  return `${Math.round(seconds / 86_400)}d`;
}

/** Records, and seconds where they are known: `1.5k (4.2s)`. */
export function lagText(lag: Pick<Lag, "records" | "seconds"> | null): string {
  if (lag === null) return none;
  const { records, seconds } = lag;
  if (records === 0 || seconds === null) return amount(records);
  return `${amount(records)} (${duration(seconds * 1_000)})`;
}

/** `12m ago`; what is not a second old is `now`. */
export function ago(at: number | null, now: number): string {
  if (at === null) return none;
  return now - at < 1_000 ? "now" : `${duration(Math.max(0, now - at))} ago`;
}

/** `12:00:01.221`, of the clock of whoever looks. */
export function clock(at: number): string {
  const date = new Date(at);
  return `${timeOf(date)}.${String(date.getMilliseconds()).padStart(3, "0")}`;
}

/** `12:00:01`, of the clock of whoever looks. */
export function timeOf(date: Date): string {
  return [date.getHours(), date.getMinutes(), date.getSeconds()]
    .map((part) => String(part).padStart(2, "0"))
    .join(":");
}

/** Most frequent first: `NOT_LEADER×4`, and how many other codes there are. */
export function errorsText(errors: readonly ErrorCount[]): string {
  const [first, ...others] = errors;
  if (first === undefined) return none;
  const more = others.length > 0 ? ` +${others.length}` : "";
  return `${first.error}×${amount(first.count)}${more}`;
}

/** `orders`, `orders, payments`, `orders, payments +3`. */
export function listText(names: readonly string[], shown: number = 2): string {
  if (names.length === 0) return none;
  const more = names.length > shown ? ` +${names.length - shown}` : "";
  return names.slice(0, shown).join(", ") + more;
}

/** What is too long ends with `…`. */
export function shortened(text: string, maxLength: number): string {
  const characters = Array.from(text);
  return characters.length > maxLength ? `${characters.slice(0, maxLength - 1).join("")}…` : text;
}

function scaled(value: number, step: number, units: readonly string[]): string {
  let rest = value;
  let unit = 0;
  // 999.5 would be shown as 1000.
  while (rest >= step - 0.5 && unit < units.length - 1) {
    rest /= step;
    unit += 1;
  }
  return `${rounded(rest)}${units[unit] ?? ""}`;
}

function rounded(value: number): string {
  if (Number.isInteger(value)) return String(value);
  if (value < 0.1) return value.toFixed(2);
  return value < 9.95 ? value.toFixed(1) : value.toFixed(0);
}
