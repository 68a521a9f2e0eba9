import { Drain, layer, milliseconds, ProxyError } from "@pagoda/core";
import type { Context, SameLayer } from "@pagoda/core";

import { connectionDrain } from "./connection-drain.ts";
import type { Connection } from "./connection.ts";

export interface MaxAgeOptions {
  /** Milliseconds from when a connection is opened until it is told to end. Must be > 0. */
  readonly maxAgeMs: number;
  /**
   * How much of the age is left to chance, so that clients which came together do not come back
   * together: each connection gets between `1 - jitter` of it and the whole. From 0 (none) to 1.
   * @default 0.1
   */
  readonly jitter?: number;
  /**
   * Milliseconds that a connection which was told to end has for it, for what is under way to be
   * answered. Then it is closed with the cause `policy` and MAX_AGE.
   * @default 60000 (1 minute, longer than the 30 seconds that Kafka's clients wait for an answer)
   */
  readonly graceMs?: number;
  /** Where chance comes from: a number from 0 to below 1. @default Math.random */
  readonly random?: () => number;
}

/** The connection was older than it may be, and did not end in order. */
export class MaxAgeError extends ProxyError {
  readonly code = "MAX_AGE";
  readonly retriable = true;
  readonly kind = "denied";
  readonly maxAgeMs: number;
  constructor(maxAgeMs: number) {
    super(`the connection is older than ${maxAgeMs} ms, which is as old as one may be`);
    this.maxAgeMs = maxAgeMs;
  }
}

/**
 * Tells connections to end that are older than allowed, so that clients come back: to instances
 * that were added, through a balancer, by a new configuration or after their rights were changed.
 *
 * They end in order, by a drain of their own (`connectionDrain`): `serveKafka` takes no further
 * request and answers those under way, so that nothing that a broker acknowledged is unknown to the
 * client; `drainQuiet` closes one on which nothing moves. What heeds neither is closed once
 * `graceMs` is over. A Produce with acks=0 that the client has sent, and that was not taken, is lost,
 * as it is whenever a connection ends.
 *
 * Outside of what serves the connection; the age is that of the connection, not of the call.
 */
export function maxAge<C extends Connection, R>(options: MaxAgeOptions): SameLayer<C, R> {
  const maxAgeMs = milliseconds("maxAgeMs", options.maxAgeMs);
  const graceMs = milliseconds("graceMs", options.graceMs ?? 60_000);
  const { jitter = 0.1, random = Math.random } = options;
  if (!(jitter >= 0 && jitter <= 1)) throw new RangeError(`jitter must be from 0 to 1, got ${jitter}`);

  return layer("maxAge", (inner) => async (connection: C, cx: Context) => {
    const drain = new Drain();
    // What it waits for is this call; else it would be over before its deadline.
    const release = drain.retain();
    const stop = drain.onForce(() => connection.close("policy", new MaxAgeError(maxAgeMs)));
    const leftMs = connection.openedAtMs + maxAgeMs * (1 - jitter * random()) - performance.now();
    const timer = setTimeout(() => void drain.start({ deadlineMs: graceMs }), Math.max(leftMs, 0));
    try {
      return await inner.call(connection, cx.with(connectionDrain, drain));
    } finally {
      clearTimeout(timer);
      stop();
      release();
    }
  });
}
