/** How numbers are written for people. `-` is what there is none of. */
export const none = "-";

/** `12`, `110`, `1.2k`, `3.4M`, and below ten with a decimal where there is one: `0.5`. */
export function amount(value: number): string {
  return scaled(value, 1_000, ["", "k", "M", "G", "T"]);
}

/** A rate; none where nothing passed. */
export function rate(perSecond: number): string {
  return perSecond === 0 ? none : amount(perSecond);
}

/** `840KiB/s`; none where nothing passed. */
export function byteRate(perSecond: number): string {
  return perSecond === 0 ? none : `${bytes(perSecond)}/s`;
}

/** `12B`, `840KiB`, `1.6MiB`. */
export function bytes(count: number): string {
  return scaled(count, 1_024, ["B", "KiB", "MiB", "GiB", "TiB"]);
}

/** `0.8ms`, `31ms`, `4.2s`, `12m`, `3h`, `5d`; none of null. */
export function duration(ms: number | null): string {
  if (ms === null) return none;
  if (ms === 0) return "0s";
  if (ms < 1_000 && rounded(ms) !== "1000") return `${rounded(ms)}ms`;
  const units = [
    [1_000, 60, "s"],
    [60_000, 60, "m"],
    [3_600_000, 48, "h"],
  ] as const;
  for (const [unitMs, limit, name] of units) {
    const value = ms / unitMs;
    const text = name === "s" ? rounded(value) : String(Math.max(1, Math.floor(value)));
    if (Number(text) < limit) return `${text}${name}`;
  }
  return `${Math.floor(ms / 86_400_000)}d`;
}

/** Seconds as `duration` writes them. */
export function seconds(value: number | null): string {
  return duration(value === null ? null : value * 1_000);
}

/** How long ago it was: `12m`, `0s` for the future too. None of null. */
export function age(at: number | null, now: number): string {
  if (at === null) return none;
  const ms = Math.max(0, now - at);
  return ms < 1_000 ? "0s" : duration(Math.floor(ms / 1_000) * 1_000);
}

/** `99.97%`. Only all of it is `100.00%`: rounding hides no failure. */
export function okPercent(share: number | null): string {
  // A hundredth of a percent is what is shown; the rest is how binary fractions are off.
  return share === null ? none : `${(Math.floor(share * 10_000 + 1e-6) / 100).toFixed(2)}%`;
}

/** `93%` */
export function percent(share: number): string {
  return `${Math.round(share * 100)}%`;
}

/** Percent of errors without its sign: `0.0`, `0.03`, `<0.01`, `12`. */
export function errorPercent(share: number | null): string {
  if (share === null) return none;
  if (share === 0) return "0.0";
  const value = share * 100;
  if (value < 0.01) return "<0.01";
  return value < 1 ? value.toFixed(2) : rounded(value);
}

function scaled(value: number, step: number, units: readonly string[]): string {
  let left = value;
  for (const unit of units.slice(0, -1)) {
    const text = rounded(left);
    // Only the first unit's can be below a tenth, which is no number any more.
    if (left < 0.1 || Number(text) < step) return text + unit;
    left /= step;
  }
  return rounded(left) + (units.at(-1) ?? "");
}

/** One decimal below ten, none above; never `.0`. */
function rounded(value: number): string {
  if (value > 0 && value < 0.1) return "<0.1";
  const text = value.toFixed(1);
  return Number(text) < 10 ? text.replace(/\.0$/, "") : value.toFixed(0);
}
