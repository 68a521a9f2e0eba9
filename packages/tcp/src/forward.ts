import { classify, milliseconds } from "@pagoda/core";
import type { Context } from "@pagoda/core";
import type { Duplex } from "node:stream";

import { closeCauseOf, ConnectionClosedError } from "./connection.ts";
import type { CloseCause, Connection } from "./connection.ts";
import { canReadFast } from "./fast-read.ts";
import { copyDirection } from "./forward-direction.ts";
import type { Direction } from "./forward-direction.ts";
import { idleTimer } from "./idle-timer.ts";

export interface ForwardOptions {
  /**
   * Milliseconds without a byte in either direction until both connections are closed with the
   * cause `idle_timeout`; an eighth more at most. `Infinity` never closes.
   * @default 600000 (10 minutes, what Kafka's brokers and clients allow an idle connection)
   */
  readonly idleTimeoutMs?: number;
  /**
   * The same once one side has ended its direction and the other has not: an ended client is often
   * a dead one. Never longer than `idleTimeoutMs`. `Infinity` leaves it at that.
   * @default 60000 (1 minute)
   */
  readonly halfCloseTimeoutMs?: number;
  /**
   * Between two plain sockets, read into memory that is used again and again. False makes a buffer
   * for each read, which documented interfaces of Node are enough for.
   * @default true
   */
  readonly reuseBuffers?: boolean;
}

/** Whose doing the end of a forwarded connection was. */
export type ClosedBy = "downstream" | "upstream" | "proxy";

/** How forwarding went. */
export interface ForwardResult {
  /** `peer_closed` when both directions ended in order, with every byte handed on. */
  readonly cause: CloseCause;
  /** In order: who ended first. Else who failed, or the proxy when a limit or order of ours ended it. */
  readonly closedBy: ClosedBy;
  /** Why, unless it ended in order. */
  readonly error: Error | undefined;
  /** Bytes read from the downstream and handed to the upstream, what it did not take included. */
  readonly bytesUp: number;
  /** Bytes read from the upstream and handed to the downstream. */
  readonly bytesDown: number;
}

/** {@link ForwardOptions} with nothing left open. */
export type ForwardLimits = Required<ForwardOptions>;

/** @throws RangeError when an option is nonsense. */
export function forwardLimits(options: ForwardOptions): ForwardLimits {
  const { idleTimeoutMs = 600_000, halfCloseTimeoutMs = 60_000, reuseBuffers = true } = options;
  return {
    idleTimeoutMs: timeoutOrNever("idleTimeoutMs", idleTimeoutMs),
    halfCloseTimeoutMs: timeoutOrNever("halfCloseTimeoutMs", halfCloseTimeoutMs),
    reuseBuffers,
  };
}

/**
 * Joins two connections: what one sends the other gets, until both have ended or one fails. Both
 * are closed when it settles, and it never rejects: how it went is a value.
 *
 * - An end (FIN) is passed on, and the other direction goes on until it ends too.
 * - A slow reader holds its sender back: beyond the high-water mark of its stream, plus what one
 *   read brings, nothing is buffered.
 * - A failure of one side resets the other, where its transport can, so that nobody takes the
 *   bytes so far for all of them.
 * - Cancelling `cx` closes both, dropping what was not written: with the cause `drain`, or with
 *   `policy` when the reason is a limit or a refusal.
 *
 * Bytes that were peeked at and given back (`unshift`) go first. Nobody else may read or write
 * either stream.
 *
 * @throws RangeError when an option is nonsense.
 */
export function forward(
  downstream: Connection,
  upstream: Connection,
  options: ForwardOptions,
  cx: Context,
): Promise<ForwardResult> {
  const { idleTimeoutMs, halfCloseTimeoutMs, reuseBuffers } = forwardLimits(options);
  // Reused memory must be done with when a write says so. Sockets are: the system takes a copy.
  const reuse = reuseBuffers && canReadFast(downstream.stream) && canReadFast(upstream.stream);
  const sides = [sideOf("downstream", downstream), sideOf("upstream", upstream)] as const;
  let firstEnded: ClosedBy | undefined;
  let failure: Pick<ForwardResult, "cause" | "closedBy" | "error"> | undefined;

  const fail = (cause: CloseCause, closedBy: ClosedBy, error: Error): void => {
    if (failure !== undefined) return;
    failure = { cause, closedBy, error };
    for (const { name, connection } of sides) {
      if (closedBy !== "proxy" && closedBy !== name) reset(connection.transport);
      connection.close(cause, error);
    }
  };
  const directions: Direction[] = [];
  const idle = idleTimer({
    timeoutMs: idleTimeoutMs,
    progress: () => directions.reduce((sum, { progress }) => sum + progress, 0),
    onIdle: (error) => fail("idle_timeout", "proxy", error),
  });
  const stops: (() => void)[] = [idle.stop];

  for (const side of sides) {
    const onError = (error: Error): void => fail(closeCauseOf(error), side.name, error);
    const onClose = (): void => closed(side, fail);
    side.stream.on("error", onError);
    side.stream.on("close", onClose);
    stops.push(() => side.stream.off("error", onError).off("close", onClose));
    if (side.stream.destroyed) onClose();
  }
  const copy = (from: Side, to: Side): Direction => {
    const onEnd = (): void => {
      firstEnded ??= from.name;
      idle.limit(Math.min(idleTimeoutMs, halfCloseTimeoutMs));
    };
    const direction = copyDirection(from.stream, to.stream, { onEnd, reuseBuffers: reuse });
    directions.push(direction);
    stops.push(direction.stop);
    return direction;
  };
  const up = copy(sides[0], sides[1]);
  const down = copy(sides[1], sides[0]);
  stops.push(
    cx.onCancel((reason) => {
      // `serve` cancels when the downstream has closed. If that was in order, the upstream may
      // still be taking the last bytes.
      if (reason instanceof ConnectionClosedError && isOver(sides[0])) return;
      fail(causeOfCancel(reason), "proxy", reason);
    }),
  );

  return Promise.all([downstream.closed, upstream.closed]).then(() => {
    for (const stop of stops) stop();
    const ending = failure ?? { cause: "peer_closed", closedBy: firstEnded ?? "proxy", error: undefined };
    return { ...ending, bytesUp: up.bytes, bytesDown: down.bytes };
  });
}

interface Side {
  readonly name: "downstream" | "upstream";
  readonly connection: Connection;
  readonly stream: Duplex;
}

function sideOf(name: Side["name"], connection: Connection): Side {
  return { name, connection, stream: connection.stream };
}

/** Everything came, everything went: what is left is to close. */
function isOver({ stream }: Side): boolean {
  return stream.readableEnded && stream.writableFinished;
}

/** A stream closed without an error: in order, or because somebody closed its connection. */
function closed(side: Side, fail: (cause: CloseCause, closedBy: ClosedBy, error: Error) => void): void {
  const { connection, name } = side;
  if (isOver(side)) {
    connection.close("peer_closed");
    return;
  }
  // Whoever closed it by `connection.close` said why, and the first to say so is right.
  connection.close("io_error");
  void connection.closed.then(({ cause, error }) => {
    const reason = error ?? new ConnectionClosedError("before it had ended", { cause });
    const ours = cause === "drain" || cause === "policy" || cause === "idle_timeout";
    fail(cause === "peer_closed" ? "io_error" : cause, ours ? "proxy" : name, reason);
  });
}

/** Closes so that the other side sees a failure and not an end. */
function reset(transport: Duplex): void {
  // Everything was written, and the end is on its way: the other side lacks nothing. The system
  // could not reset now (uv_tcp_close_reset answers EINVAL, and Node then never emits `close`).
  if (transport.writableEnded && transport.writableLength === 0 && !transport.writableFinished) return;
  if (transport.destroyed || !("resetAndDestroy" in transport)) return;
  if (typeof transport.resetAndDestroy !== "function") return;
  try {
    transport.resetAndDestroy();
  } catch {
    // A socket file or a TLS socket has the method, and throws: closing must do.
  }
}

/** Drain, unless a limit or a rule of ours cancelled. */
function causeOfCancel(reason: Error): CloseCause {
  const { kind } = classify(reason);
  if (kind === "cancelled") return "drain";
  return kind === "timeout" ? "policy" : closeCauseOf(reason);
}

function timeoutOrNever(name: string, value: number): number {
  return value === Infinity ? value : milliseconds(name, value);
}
