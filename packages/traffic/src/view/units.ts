const steps = ["B", "KiB", "MiB", "GiB"] as const;

/** `512B`, `9.4KiB`, `1.0MiB`. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1_023.95 && unit < steps.length - 1) {
    value /= 1_024;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(1)}${steps[unit]}`;
}

/** `0ms`, `0.8ms`, `31.1ms`, `1.2s`. */
export function formatMs(ms: number): string {
  if (ms >= 999.95) return `${(ms / 1_000).toFixed(1)}s`;
  const text = ms.toFixed(1);
  return `${text === "0.0" ? "0" : text}ms`;
}
