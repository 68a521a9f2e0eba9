import { classify, Context, guard, milliseconds } from "@pagoda/core";
import type { Drain, GuardedService, Scope, Service } from "@pagoda/core";
import { isObservable, Subscription } from "rxjs";
import type { Observable } from "rxjs";

import { closeCauseOf, ConnectionClosedError } from "./connection.ts";
import type { Connection, Endpoint } from "./connection.ts";
import type { Listener } from "./listen.ts";

export interface ServeOptions {
  /**
   * Ends the serving in order: when it starts, nothing more is accepted and what is open is left
   * to finish; at its deadline the rest is closed with the cause `drain`. It waits for every
   * connection, and for the call that serves it.
   */
  readonly drain?: Drain;
  /** Closing it disposes of the serving. */
  readonly scope?: Scope;
  /** Parent of every connection's context. Cancelling it closes them all. @default the background */
  readonly cx?: Context;
  /**
   * Told of each call that failed, once its connection was told to close for it. A call that merely
   * settles because its connection closed, or because `cx` was cancelled, is no failure.
   */
  readonly onError?: (error: unknown, connection: Connection) => void;
  /**
   * Milliseconds that a connection whose call is over has to close in order: its stream is ended,
   * and what still comes is thrown away, so that the other side can read the last bytes.
   * @default 2000
   */
  readonly lingerMs?: number;
}

/** Connections being served. Disposing stops accepting and closes what is open, with `drain`. */
export interface Serving extends AsyncDisposable {
  /** Connections whose call, or closing, is not over. */
  readonly open: number;
  /** Resolves when nothing more is accepted and nothing is open; rejects when accepting failed. */
  readonly ended: Promise<void>;
}

/** A {@link Serving} that knows where it listens. */
export interface ListenerServing extends Serving {
  readonly address: Endpoint;
}

/**
 * Calls `service` for every connection, and closes the connection when the call is over: in order
 * when it succeeded, else with the cause that its error stands for (`closeCauseOf`).
 *
 * The call's context is cancelled when the connection closes, and cancelling that context closes
 * the connection. The service stays the caller's, to be disposed of after the serving has ended.
 *
 * ```ts
 * const serving = serve(await bind({ port: 9092, name: "main" }), proxy, { drain });
 * ```
 */
export function serve(
  listener: Listener,
  service: Service<Connection, void>,
  options?: ServeOptions,
): ListenerServing;
export function serve(
  connections: Observable<Connection>,
  service: Service<Connection, void>,
  options?: ServeOptions,
): Serving;
export function serve(
  source: Listener | Observable<Connection>,
  service: Service<Connection, void>,
  options: ServeOptions = {},
): Serving {
  const lingerMs = milliseconds("lingerMs", options.lingerMs ?? 2_000);
  const { drain, onError } = options;
  const guarded = guard(service);
  const root = (options.cx ?? Context.background()).fork();
  const live = new Set<Connection>();
  const stops: (() => void)[] = [];
  const { promise: ended, resolve, reject } = Promise.withResolvers<void>();
  let accepting = true;
  let failure: unknown;

  const finish = (): void => {
    if (accepting || live.size > 0) return;
    for (const stop of stops.splice(0)) stop();
    root.release();
    if (failure === undefined) resolve();
    else reject(failure);
  };
  const start = async (connection: Connection): Promise<void> => {
    if (!accepting) return connection.close("drain");
    live.add(connection);
    const release = drain?.retain();
    try {
      await serveOne(connection, guarded, root, { lingerMs, onError });
    } finally {
      live.delete(connection);
      release?.();
      finish();
    }
  };
  const closeAll = (): void => {
    for (const connection of live) connection.close("drain");
  };

  const subscription = new Subscription(() => {
    accepting = false;
    finish();
  });
  const stopAccepting = (): void => subscription.unsubscribe();
  if (drain !== undefined) stops.push(drain.onForce(closeAll), drain.onStart(stopAccepting));
  subscription.add(
    (isObservable(source) ? source : source.connections).subscribe({
      next: (connection) => void start(connection),
      error: (error: unknown) => {
        failure = error;
        stopAccepting();
      },
      complete: stopAccepting,
    }),
  );

  const serving: Serving = {
    ended,
    get open() {
      return live.size;
    },
    [Symbol.asyncDispose]: async () => {
      stopAccepting();
      closeAll();
      // Whoever waits for `ended` is told; disposing has nothing to add.
      await ended.catch(() => {});
    },
  };
  if (options.scope !== undefined) stops.push(options.scope.defer(() => serving[Symbol.asyncDispose]()));
  return isObservable(source) ? serving : Object.assign(serving, { address: source.address });
}

interface OneOptions {
  readonly lingerMs: number;
  readonly onError: ServeOptions["onError"];
}

/** From accept to close. */
async function serveOne(
  connection: Connection,
  service: GuardedService<Connection, void>,
  root: Context,
  { lingerMs, onError }: OneOptions,
): Promise<void> {
  const cx = root.fork();
  const stop = cx.onCancel((reason) => {
    connection.close(classify(reason).kind === "cancelled" ? "drain" : closeCauseOf(reason), reason);
  });
  const cancelled = connection.closed.then(({ cause, error }) => {
    cx.cancel(new ConnectionClosedError(`(${cause})`, { cause: error }));
  });
  try {
    await service.call(connection, cx);
    if (!connection.transport.destroyed) await endInOrder(connection, lingerMs);
  } catch (error) {
    const failed = !cx.cancelled;
    connection.close(closeCauseOf(error), error instanceof Error ? error : new Error(String(error)));
    if (failed) onError?.(error, connection);
  } finally {
    await cancelled;
    stop();
    cx.release();
  }
}

/** Says that no more will come and waits for the other side to say the same, for a while. */
async function endInOrder(connection: Connection, lingerMs: number): Promise<void> {
  const timer = setTimeout(() => connection.close("idle_timeout"), lingerMs);
  connection.stream.end();
  // Unread bytes at the close would reset the connection, and the last answer with it.
  connection.stream.resume();
  await connection.closed;
  clearTimeout(timer);
}
