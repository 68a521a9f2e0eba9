import type { Lag } from "@pagoda/traffic/view";

/** What there is nothing of. */
const none = "-";

/** `0`, `4.2`, `118`, `1.2k`, `3.4M`. */
export function amount(value: number): string {
  if (value === 0) return "0";
  const [scaled, unit] = scale(value, 1_000, ["", "k", "M", "G", "T"]);
  return `${scaled}${unit}`;
}

/** `70 B`, `9.4 KiB`. */
export function bytes(value: number): string {
  const [scaled, unit] = scale(value, 1_024, ["B", "KiB", "MiB", "GiB", "TiB"]);
  return `${scaled} ${unit}`;
}

/** A share from 0 to 1 as `99.97%`. */
export function percent(share: number | null): string {
  return share === null ? none : `${(share * 100).toFixed(2)}%`;
}

/** Milliseconds as `0.8 ms`, `31 ms`, `4.2 s`. */
export function duration(ms: number | null): string {
  if (ms === null) return none;
  return ms < 1_000 ? `${rounded(ms)} ms` : `${rounded(ms / 1_000)} s`;
}

/** Records, and seconds where they are known: `1.5k (4.2 s)`. */
export function lagText(lag: Lag | null): string {
  if (lag === null) return none;
  return lag.seconds === null
    ? amount(lag.records)
    : `${amount(lag.records)} (${duration(lag.seconds * 1_000)})`;
}

/** Unix milliseconds as `2026-01-02 03:04:05 UTC`. */
export function time(atMs: number | null): string {
  if (atMs === null) return none;
  return `${new Date(atMs).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/** What is listed, or that there is nothing. */
export function list(all: readonly string[]): string {
  return all.join(", ") || none;
}

function scale(value: number, step: number, units: readonly string[]): [string, string] {
  let scaled = value;
  let unit = 0;
  while (scaled >= step && unit < units.length - 1) {
    scaled /= step;
    unit += 1;
  }
  return [rounded(scaled), units[unit] ?? ""];
}

function rounded(value: number): string {
  return value < 10 ? String(Number(value.toFixed(1))) : value.toFixed(0);
}
