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

/** Waits for a time without a touch. Stop it, or it keeps the process alive. */
export interface IdleTimer {
  /** Begins the time anew. Cheap enough for every chunk of bytes: no timer is set. */
  readonly touch: () => void;
  /** Changes the time allowed; what has passed of it counts. */
  readonly limit: (timeoutMs: number) => void;
  readonly stop: () => void;
}

/**
 * Calls `onIdle` once, when `timeoutMs` have passed without a touch. `Infinity` waits for ever.
 *
 * One timer is armed at a time, and looks at the clock when it fires: what was touched meanwhile
 * is waited for again.
 */
export function idleTimer(timeoutMs: number, onIdle: (error: IdleTimeoutError) => void): IdleTimer {
  let allowedMs = timeoutMs;
  let touchedMs = performance.now();
  let timer: NodeJS.Timeout | undefined;

  const check = (): void => {
    const leftMs = touchedMs + allowedMs - performance.now();
    if (leftMs <= 0) onIdle(new IdleTimeoutError(allowedMs));
    else if (leftMs !== Infinity) timer = setTimeout(check, Math.ceil(leftMs));
  };
  check();

  return {
    touch: () => {
      touchedMs = performance.now();
    },
    limit: (timeoutMs) => {
      allowedMs = timeoutMs;
      clearTimeout(timer);
      check();
    },
    stop: () => clearTimeout(timer),
  };
}
