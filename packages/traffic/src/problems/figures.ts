/** Figures as people read them: `2.1k`, `1.5MiB`, `40s`, `92%`. */
export function count(value: number): string {
  if (value < 1_000) return short(value);
  if (value < 1_000_000) return `${short(value / 1_000)}k`;
  return `${short(value / 1_000_000)}M`;
}

/** So many of what `noun` says of one. */
export function many(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? "" : "s"}`;
}

export function bytes(value: number): string {
  if (value < 1024) return `${short(value)}B`;
  if (value < 1024 ** 2) return `${short(value / 1024)}KiB`;
  if (value < 1024 ** 3) return `${short(value / 1024 ** 2)}MiB`;
  return `${short(value / 1024 ** 3)}GiB`;
}

export function duration(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  const minutes = Math.floor(seconds / 60);
  const whole = minutes > 0 && (seconds % 60 === 0 || minutes >= 10);
  if (whole) return `${minutes}m`;
  if (seconds < 120) return `${seconds}s`;
  return `${minutes}m${seconds % 60}s`;
}

/** Never `100%` of less than all. */
export function percent(share: number): string {
  return `${share < 1 ? Math.min(Math.round(share * 100), 99) : 100}%`;
}

/** One digit behind the point below ten. */
function short(value: number): string {
  return value < 10 ? String(Math.round(value * 10) / 10) : String(Math.round(value));
}
