const unitMs: ReadonlyMap<string, number> = new Map([
  ["ms", 1],
  ["s", 1_000],
  ["m", 60_000],
  ["h", 3_600_000],
]);

/** `250ms`, `10s`, `5m` or `1h` in milliseconds; undefined when it is none of these. */
export function parseDurationMs(text: string): number | undefined {
  const [, amount, unit] = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h)$/.exec(text) ?? [];
  const factor = unitMs.get(unit ?? "");
  return amount === undefined || factor === undefined ? undefined : Number(amount) * factor;
}
