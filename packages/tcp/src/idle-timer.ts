import { ProxyError } from "@pagoda/core";

/** Nothing was read or written for as long as allowed. */
export class IdleTimeoutError extends ProxyError {
  readonly code = "IDLE_TIMEOUT";
  readonly retriable = false;
  readonly kind = "timeout";
  readonly timeoutMs: number;
  constructor(timeoutMs: number) {
    super(`no byte in either direction for ${timeoutMs} ms`);
    this.timeoutMs = timeoutMs;
  }
}

export interface IdleTimerOptions {
  /** Milliseconds without progress that are allowed. `Infinity` waits for ever. */
  readonly timeoutMs: number;
  /** A count that grows with every sign of life: bytes, as a rule. */
  readonly progress: () => number;
  /** Called once, between `timeoutMs` and an eighth more after the last sign of life. */
  readonly onIdle: (error: IdleTimeoutError) => void;
}

/** A wait for a time without progress. Stop it, or it keeps the process alive. */
export interface IdleTimer {
  /** Changes the time allowed; what has passed of it counts. */
  readonly limit: (timeoutMs: number) => void;
  readonly stop: () => void;
}

/** How often within the time allowed it looks: what the answer may be late by. */
const looks = 8;

/**
 * Watches a count from time to time, so that whoever moves it does nothing for the timer: neither a
 * timer nor a look at the clock per chunk of bytes (bench/forward.bench.ts).
 */
export function idleTimer({ timeoutMs, progress, onIdle }: IdleTimerOptions): IdleTimer {
  let allowedMs = timeoutMs;
  let seen = progress();
  let movedMs = performance.now();
  let timer: NodeJS.Timeout | undefined;

  const look = (): void => {
    const nowMs = performance.now();
    const now = progress();
    if (now !== seen) {
      seen = now;
      movedMs = nowMs;
    }
    wait(nowMs);
  };
  const wait = (nowMs: number): void => {
    if (allowedMs === Infinity) return;
    const leftMs = movedMs + allowedMs - nowMs;
    if (leftMs <= 0) onIdle(new IdleTimeoutError(allowedMs));
    else timer = setTimeout(look, Math.ceil(Math.min(leftMs, allowedMs / looks)));
  };
  wait(movedMs);

  return {
    limit: (timeoutMs) => {
      allowedMs = timeoutMs;
      clearTimeout(timer);
      look();
    },
    stop: () => clearTimeout(timer),
  };
}
