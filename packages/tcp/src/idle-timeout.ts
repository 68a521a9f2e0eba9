import { layer, milliseconds } from "@pagoda/core";
import type { SameLayer } from "@pagoda/core";

import type { Connection } from "./connection.ts";
import { idleTimer } from "./idle-timer.ts";

export interface IdleTimeoutOptions {
  /**
   * Milliseconds without a byte in either direction until a connection is closed with the cause
   * `idle_timeout`.
   * @default 600000 (10 minutes, Kafka's own `connections.max.idle.ms`)
   */
  readonly idleTimeoutMs?: number;
}

/**
 * Closes connections on which nothing moves for too long, whatever serves them. `forward` has such a
 * limit of its own; this one is for services that have none, `serveKafka` for instance.
 */
export function idleTimeout<C extends Connection, R>(options: IdleTimeoutOptions = {}): SameLayer<C, R> {
  const timeoutMs = milliseconds("idleTimeoutMs", options.idleTimeoutMs ?? 600_000);

  return layer("idleTimeout", (inner) => (connection: C, cx) => {
    const timer = idleTimer({
      timeoutMs,
      progress: () => connection.bytesRead + connection.bytesWritten,
      onIdle: (error) => connection.close("idle_timeout", error),
    });
    connection.scope.defer(timer.stop);
    return inner.call(connection, cx);
  });
}
