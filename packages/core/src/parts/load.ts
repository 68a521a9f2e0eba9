import { milliseconds } from "../options.ts";
import type { Outcome } from "./outcome.ts";

/** How loaded one endpoint is, told of every call to it. */
export interface Load {
  /** Compared with that of other endpoints, and with nothing else: the lower one gets the call. */
  readonly value: number;
  /** A call begins. What this returns goes to `end`. */
  begin(): number;
  end(beganMs: number, outcome: Outcome): void;
}

/** Makes the load of one endpoint. */
export type LoadMetric = () => Load;

/** Load is the number of calls under way. Blind to speed, cheap, and without a clock. */
export function pendingRequests(): LoadMetric {
  return () => {
    let pending = 0;
    return {
      get value() {
        return pending;
      },
      begin: () => {
        pending += 1;
        return 0;
      },
      end: () => {
        pending -= 1;
      },
    };
  };
}

/** See {@link peakEwma}. */
export interface PeakEwmaOptions {
  /**
   * How long a round trip is remembered, in milliseconds: after that time it weighs 1/e. Must be
   * > 0.
   * @default 10000 (10 s)
   */
  readonly decayMs?: number;
  /**
   * The round trip assumed of an endpoint that has not answered yet, in milliseconds, and the least
   * that a failure counts for, so that an endpoint that fails at once does not look like a fast
   * one. Must be > 0.
   * @default 30
   */
  readonly defaultRttMs?: number;
}

/**
 * Load is the round trip to expect times the calls under way and this one. The round trip is an
 * average that forgets slow times slowly, but jumps to a new peak at once (Finagle's Peak EWMA): a
 * slow endpoint is avoided after one slow answer, and tried again as the memory of it fades.
 */
export function peakEwma(options: PeakEwmaOptions = {}): LoadMetric {
  const decayMs = milliseconds("decayMs", options.decayMs ?? 10_000);
  const defaultRttMs = milliseconds("defaultRttMs", options.defaultRttMs ?? 30);

  return () => {
    let pending = 0;
    let rttMs = defaultRttMs;
    let atMs = performance.now();

    const weight = (now: number): number => Math.exp((atMs - now) / decayMs);
    const learn = (now: number, tookMs: number, outcome: Outcome): void => {
      const remembered = weight(now);
      const faded = rttMs * remembered;
      if (tookMs > faded) rttMs = tookMs;
      // A call cut short says that the endpoint takes at least so long, never that it is fast.
      else if (outcome === "cancelled") return;
      else rttMs = faded + tookMs * (1 - remembered);
      atMs = now;
    };

    return {
      get value() {
        return rttMs * weight(performance.now()) * (pending + 1);
      },
      begin: () => {
        pending += 1;
        return performance.now();
      },
      end: (beganMs, outcome) => {
        pending -= 1;
        const now = performance.now();
        const tookMs = now - beganMs;
        learn(now, outcome === "failed" ? Math.max(tookMs, defaultRttMs) : tookMs, outcome);
      },
    };
  };
}
