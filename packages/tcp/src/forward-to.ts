import { callable, service } from "@pagoda/core";
import type { Context, GuardedService } from "@pagoda/core";

import { ConnectionClosedError } from "./connection.ts";
import type { Connection } from "./connection.ts";
import { forward, forwardLimits } from "./forward.ts";
import type { ForwardOptions, ForwardResult } from "./forward.ts";

export interface ForwardToOptions extends ForwardOptions {
  /**
   * Opens the upstream for a connection. It may look at what is known of the downstream, and must
   * not read it. Its failure is the failure of the call.
   */
  readonly connect: (downstream: Connection, cx: Context) => Promise<Connection>;
  /** Told how each forwarded connection went, after both sides have closed. Must not throw. */
  readonly onEnd?: (result: ForwardResult, downstream: Connection, upstream: Connection) => void;
}

/**
 * The service on the ground of a byte proxy: opens an upstream for each connection and forwards
 * between the two. The downstream is not read until the upstream is there; what it sent waits in
 * its buffers, in order.
 *
 * The call resolves when both sides have closed, however that went: see `onEnd`. It rejects with
 * what `connect` failed with, the downstream then being left to the caller to close; and with the
 * reason, when `cx` is cancelled.
 *
 * ```ts
 * const proxy = stack<Connection, void>()
 *   .push(detect({ timeoutMs: 1_000 }))
 *   .service(forwardTo({ connect: (_, cx) => connect({ host: "kafka", port: 9092 }, cx) }));
 * ```
 */
export function forwardTo(options: ForwardToOptions): GuardedService<Connection, void> {
  const connect = callable("connect", options.connect);
  const limits = forwardLimits(options);
  const { onEnd } = options;

  return service(
    async (downstream, cx) => {
      const upstream = await openFor(downstream, connect, cx);
      const result = await forward(downstream, upstream, limits, cx);
      onEnd?.(result, downstream, upstream);
      if (cx.reason !== undefined && result.error === cx.reason) throw cx.reason;
    },
    { name: "forwardTo" },
  );
}

/** Opens the upstream, and gives up when the downstream closes or the call is cancelled. */
async function openFor(
  downstream: Connection,
  connect: ForwardToOptions["connect"],
  cx: Context,
): Promise<Connection> {
  const attempt = cx.fork();
  const forget = downstream.scope.defer(() => {
    attempt.cancel(new ConnectionClosedError("before its upstream was open"));
  });
  try {
    attempt.throwIfCancelled();
    const opening = connect(downstream, attempt);
    return await attempt.race(opening).catch((error: unknown) => {
      // Opened all the same, later: nobody else knows of it.
      opening.then(
        (late) => late.close("drain"),
        () => {},
      );
      throw error;
    });
  } finally {
    forget();
    attempt.release();
  }
}
