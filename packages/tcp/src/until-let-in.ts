import { layer, milliseconds, ProxyError } from "@pagoda/core";
import type { Context, SameLayer } from "@pagoda/core";

import type { Connection } from "./connection.ts";

export interface UntilLetInOptions {
  /** Milliseconds from when a connection is opened until `letIn` must have been called. Must be > 0. */
  readonly timeoutMs: number;
}

/** Nobody let the client in within the time that it has for it. */
export class NotLetInError extends ProxyError {
  readonly code = "NOT_LET_IN";
  readonly retriable = true;
  readonly kind = "denied";
  readonly timeoutMs: number;
  constructor(timeoutMs: number) {
    super(`the client was not let in within ${timeoutMs} ms`);
    this.timeoutMs = timeoutMs;
  }
}

const waiting = new WeakMap<Connection, () => void>();

/**
 * Closes connections whose client is not let in for too long, with the cause `policy` and
 * NOT_LET_IN: whoever cannot log in, or does not try, holds no connection here and none at a broker
 * behind. Bytes do not put it off, which is why the cause is not `idle_timeout`.
 *
 * Who lets clients in calls `letIn(connection)`:
 *
 * ```ts
 * new KafkaSession(client, { onLetIn: () => letIn(client) })
 * ```
 */
export function untilLetIn<C extends Connection, R>(options: UntilLetInOptions): SameLayer<C, R> {
  const timeoutMs = milliseconds("timeoutMs", options.timeoutMs);

  return layer("untilLetIn", (inner) => async (connection: C, cx: Context) => {
    const leftMs = connection.openedAtMs + timeoutMs - performance.now();
    const timer = setTimeout(
      () => connection.close("policy", new NotLetInError(timeoutMs)),
      Math.max(leftMs, 0),
    );
    const stop = (): void => {
      clearTimeout(timer);
      waiting.delete(connection);
    };
    waiting.set(connection, stop);
    try {
      return await inner.call(connection, cx);
    } finally {
      stop();
    }
  });
}

/** Says that the client of a connection is let in. Does nothing where no `untilLetIn` waits for it. */
export function letIn(connection: Connection): void {
  waiting.get(connection)?.();
}
