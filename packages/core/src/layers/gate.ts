import { isObservable } from "rxjs";
import type { Observable } from "rxjs";

import type { Context } from "../context.ts";
import { ClosedError, ProxyError } from "../error.ts";
import { layer } from "../layer.ts";
import type { SameLayer } from "../layer.ts";
import { milliseconds, whole } from "../options.ts";
import { WaitQueue } from "../parts/wait-queue.ts";

/**
 * Holds calls back while something is not ready, and lets them go in the order they came once it
 * is. A call that is cancelled leaves the queue.
 */
export interface GateOptions {
  /**
   * `true` opens the gate, `false` closes it. Closed until the first value. When the source
   * completes, its last value stays; when it fails, the gate is closed for good.
   */
  readonly open: Observable<boolean>;
  /**
   * Calls that may wait at the closed gate. One more fails with GATE_CLOSED. A whole number; 0 lets
   * none wait.
   * @default 1024
   */
  readonly maxWaiting?: number;
  /**
   * Milliseconds a call may wait. After that it fails with GATE_CLOSED. Must be > 0.
   * @default 10000 (10 s)
   */
  readonly timeoutMs?: number;
}

/** The gate did not open in time, had no room to wait, or will never open again. */
export class GateClosedError extends ProxyError {
  readonly code = "GATE_CLOSED";
  readonly retriable = true;
  readonly kind = "unavailable";
}

export function gate<Req, Res>(options: GateOptions): SameLayer<Req, Res> {
  const { open } = options;
  if (!isObservable(open)) throw new TypeError(`open must be an Observable, got ${String(open)}`);
  const maxWaiting = whole("maxWaiting", options.maxWaiting ?? 1024, 0);
  const timeoutMs = milliseconds("timeoutMs", options.timeoutMs ?? 10_000);
  const limit = {
    timeoutMs,
    onTimeout: () => new GateClosedError(`the gate did not open within ${timeoutMs} ms`),
  };

  return layer("gate", (inner) => {
    const queue = new WaitQueue();
    let isOpen = false;
    let broken: GateClosedError | undefined;

    const subscription = open.subscribe({
      next: (value) => {
        isOpen = value;
        // oxlint-disable-next-line no-unmodified-loop-condition -- a call let go may close the gate
        while (isOpen && queue.release());
      },
      error: (cause: unknown) => {
        isOpen = false;
        broken = new GateClosedError("what opens the gate has failed", { cause });
        queue.fail(broken);
      },
    });

    return {
      call: (request: Req, cx: Context) => {
        // Behind those that wait, when a call that was let go makes another one.
        if (isOpen && queue.size === 0) return inner.call(request, cx);
        if (broken !== undefined) return Promise.reject(broken);
        if (queue.size < maxWaiting) return queue.hold(cx, () => inner.call(request, cx), limit);
        return Promise.reject(new GateClosedError(`the gate is closed, and ${maxWaiting} calls wait`));
      },
      status: () => {
        const status = inner.status();
        if (broken !== undefined) return "closed";
        return status === "open" && !isOpen ? "busy" : status;
      },
      dispose: () => {
        subscription.unsubscribe();
        queue.fail(new ClosedError("the gate"));
      },
    };
  });
}
