import { layer, milliseconds } from "@pagoda/core";
import type { Drain, SameLayer } from "@pagoda/core";

import type { Connection } from "./connection.ts";

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
 * busy go on; before the drain it does nothing.
 *
 * A connection that still has bytes to write is not quiet, however slowly they are taken.
 */
export function drainQuiet<C extends Connection, R>(options: DrainQuietOptions): SameLayer<C, R> {
  const { drain } = options;
  const quietMs = milliseconds("quietMs", options.quietMs ?? 1_000);

  return layer("drainQuiet", (inner) => (connection: C, cx) => {
    connection.scope.defer(drain.onStart(() => closeWhenQuiet(connection, quietMs)));
    return inner.call(connection, cx);
  });
}

function closeWhenQuiet(connection: Connection, quietMs: number): void {
  let seen = moved(connection);
  const timer = setInterval(() => {
    const now = moved(connection);
    if (now === seen && connection.transport.writableLength === 0) connection.close("drain");
    seen = now;
  }, quietMs);
  connection.scope.defer(() => clearInterval(timer));
}

function moved({ bytesRead, bytesWritten }: Connection): number {
  return bytesRead + bytesWritten;
}
