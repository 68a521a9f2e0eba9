/** Versions from `[0]` to `[1]`, both included. */
export type Range = readonly [from: number, to: number];

/** The end of an open range: Kafka's versions are int16. */
export const open = 0x7fff;

/**
 * Reads a version range as the definitions write it: `3`, `3-7`, `3+`, `none`.
 * @returns null for `none`, `otherwise` for an absent or empty one.
 */
export function parseRange(text: string | undefined, otherwise: Range | null): Range | null {
  const trimmed = text?.trim() ?? "";
  if (trimmed === "") return otherwise;
  if (trimmed === "none") return null;
  const match = /^(\d+)(?:(\+)|-(\d+))?$/.exec(trimmed);
  if (match === null) throw new Error(`not a version range: "${trimmed}"`);
  const from = Number(match[1]);
  const to = match[2] === "+" ? open : Number(match[3] ?? match[1]);
  if (to < from) throw new Error(`version range "${trimmed}" ends before it begins`);
  return [from, to];
}

/** What both contain; null if nothing. */
export function intersect(a: Range | null, b: Range | null): Range | null {
  if (a === null || b === null) return null;
  const from = Math.max(a[0], b[0]);
  const to = Math.min(a[1], b[1]);
  return from <= to ? [from, to] : null;
}

/** What is in `a` and not in `b`: none, one or two ranges. */
export function subtract(a: Range, b: Range | null): Range[] {
  if (b === null) return [a];
  const parts: Range[] = [];
  if (a[0] < b[0]) parts.push([a[0], Math.min(a[1], b[0] - 1)]);
  if (a[1] > b[1]) parts.push([Math.max(a[0], b[1] + 1), a[1]]);
  return parts;
}

/** Both together. @throws Error when that would leave a gap. */
export function union(a: Range | null, b: Range | null): Range | null {
  if (a === null || b === null) return a ?? b;
  if (a[1] + 1 < b[0] || b[1] + 1 < a[0]) {
    throw new Error(`versions ${showRange(a)} and ${showRange(b)} leave a gap`);
  }
  return [Math.min(a[0], b[0]), Math.max(a[1], b[1])];
}

export function contains(range: Range | null, version: number): boolean {
  return range !== null && version >= range[0] && version <= range[1];
}

export function sameRange(a: Range | null, b: Range | null): boolean {
  return a === b || (a !== null && b !== null && a[0] === b[0] && a[1] === b[1]);
}

/** `3`, `3-7`, or `3+` where the range reaches `last`, the newest version there is. */
export function showRange(range: Range | null, last: number = open): string {
  if (range === null) return "none";
  const [from, to] = range;
  if (to >= last) return `${from}+`;
  return from === to ? `${from}` : `${from}-${to}`;
}
