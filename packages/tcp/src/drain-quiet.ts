import { layer, milliseconds } from "@pagoda/core";
import type { Drain, SameLayer } from "@pagoda/core";

import { connectionDrain } from "./connection-drain.ts";
import type { CloseCause, Connection } from "./connection.ts";

export interface DrainQuietOptions {
  readonly drain: Drain;
  /**
   * Milliseconds without a byte, from the start of the drain on, until a connection counts as
   * quiet.
   * @default 1000 (1 second, longer than a Kafka consumer's usual long poll)
   */
  readonly quietMs?: number;
}

/**
 * Closes connections on which nothing moves once the process drains, with the cause `drain`, so
 * that clients which keep connections for days do not hold it up until its deadline. Those that are
 * busy go on; before the drain it does nothing. One that is told to end by `maxAge` is closed in the
 * same way, with the cause `policy`.
 *
 * A connection that still has bytes to write is not quiet, however slowly they are taken.
 */
export function drainQuiet<C extends Connection, R>(options: DrainQuietOptions): SameLayer<C, R> {
  const { drain } = options;
  const quietMs = milliseconds("quietMs", options.quietMs ?? 1_000);

  return layer("drainQuiet", (inner) => (connection: C, cx) => {
    connection.scope.defer(drain.onStart(() => closeWhenQuiet(connection, quietMs, "drain")));
    const itsOwn = cx.get(connectionDrain);
    if (itsOwn !== undefined) {
      connection.scope.defer(itsOwn.onStart(() => closeWhenQuiet(connection, quietMs, "policy")));
    }
    return inner.call(connection, cx);
  });
}

function closeWhenQuiet(connection: Connection, quietMs: number, cause: CloseCause): void {
  let seen = moved(connection);
  const timer = setInterval(() => {
    const now = moved(connection);
    if (now === seen && connection.transport.writableLength === 0) connection.close(cause);
    seen = now;
  }, quietMs);
  connection.scope.defer(() => clearInterval(timer));
}

function moved({ bytesRead, bytesWritten }: Connection): number {
  return bytesRead + bytesWritten;
}
