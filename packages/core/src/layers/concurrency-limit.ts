import type { Context } from "../context.ts";
import { ClosedError, ProxyError } from "../error.ts";
import { layer } from "../layer.ts";
import type { SameLayer } from "../layer.ts";
import { milliseconds, whole } from "../options.ts";
import { WaitQueue } from "../parts/wait-queue.ts";

/**
 * Bounds how many calls are in the inner service at once; the next ones wait, or are refused.
 *
 * Put it above what it protects and below `timeout`, so that the time in the queue counts. A bound
 * for several stacks together goes below all of them, into the service they share.
 */
export interface ConcurrencyLimitOptions {
  /** Calls in the inner service at once. A whole number >= 1. */
  readonly max: number;
  /**
   * Calls that may wait for their turn, first come first served. One more fails with OVERLOADED. A
   * whole number >= 0.
   * @default 0 (no call waits: what is too much is shed)
   */
  readonly maxQueued?: number;
  /**
   * Milliseconds a call may wait; after that it fails with OVERLOADED. Must be > 0.
   * @default 1000 (1 s)
   */
  readonly queueTimeoutMs?: number;
}

/** Refused: as many calls as allowed are under way, and as many as allowed wait. */
export class OverloadedError extends ProxyError {
  readonly code = "OVERLOADED";
  readonly retriable = true;
  readonly kind = "overload";
}

export function concurrencyLimit<Req, Res>(options: ConcurrencyLimitOptions): SameLayer<Req, Res> {
  const max = whole("max", options.max, 1);
  const maxQueued = whole("maxQueued", options.maxQueued ?? 0, 0);
  const timeoutMs = milliseconds("queueTimeoutMs", options.queueTimeoutMs ?? 1_000);
  const limit = {
    timeoutMs,
    onTimeout: () => new OverloadedError(`${max} calls under way, and none ended within ${timeoutMs} ms`),
  };

  return layer("concurrencyLimit", (inner) => {
    const queue = new WaitQueue();
    let inFlight = 0;

    // Who calls this holds a slot. It goes to the first waiter as it is, so nobody overtakes.
    const run = async (request: Req, cx: Context): Promise<Res> => {
      try {
        return await inner.call(request, cx);
      } finally {
        if (!queue.release()) inFlight -= 1;
      }
    };

    return {
      call: (request: Req, cx: Context) => {
        if (inFlight < max) {
          inFlight += 1;
          return run(request, cx);
        }
        if (queue.size < maxQueued) return queue.hold(cx, () => run(request, cx), limit);
        throw new OverloadedError(`${max} calls under way and ${maxQueued} waiting`);
      },
      status: () => {
        const status = inner.status();
        return status === "open" && inFlight >= max ? "busy" : status;
      },
      dispose: () => queue.fail(new ClosedError("the queue for a slot")),
    };
  });
}
