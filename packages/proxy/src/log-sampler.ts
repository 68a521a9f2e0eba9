/**
 * Lets the first of many like events through, then one a period with the number held back: an
 * upstream that is down must not write a line per connection.
 */
export interface LogSamplerOptions {
  /** Milliseconds between two lines of one key. @default 1000 (1 s) */
  readonly periodMs?: number;
  /** How many keys are told apart; beyond it the oldest is forgotten. @default 100 */
  readonly maxKeys?: number;
}

/** Asked before a line is written: how many were held back since the last, or that this one is. */
export type LogSampler = (key: string) => { readonly write: boolean; readonly suppressed: number };

export function logSampler({ periodMs = 1_000, maxKeys = 100 }: LogSamplerOptions = {}): LogSampler {
  const seen = new Map<string, { lastMs: number; suppressed: number }>();
  return (key) => {
    const nowMs = performance.now();
    const entry = seen.get(key);
    if (entry !== undefined && nowMs - entry.lastMs < periodMs) {
      entry.suppressed += 1;
      return { write: false, suppressed: entry.suppressed };
    }
    // Set again at the end: a Map keeps insertion order, so the first key is the oldest.
    seen.delete(key);
    seen.set(key, { lastMs: nowMs, suppressed: 0 });
    if (seen.size > maxKeys) {
      const [oldest] = seen.keys();
      if (oldest !== undefined) seen.delete(oldest);
    }
    return { write: true, suppressed: entry?.suppressed ?? 0 };
  };
}
