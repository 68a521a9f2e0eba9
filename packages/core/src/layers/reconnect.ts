import type { Context } from "../context.ts";
import { classify, ClosedError, messageOf, ProxyError } from "../error.ts";
import type { ErrorKind } from "../error.ts";
import { nameWith } from "../layer.ts";
import { callable, milliseconds, whole } from "../options.ts";
import { service } from "../service.ts";
import type { GuardedService, Service } from "../service.ts";
import { backoff } from "../parts/backoff.ts";
import type { BackoffOptions } from "../parts/backoff.ts";
import { Connector } from "../parts/connector.ts";
import { Fleet } from "../parts/fleet.ts";
import type { Member } from "../parts/fleet.ts";
import { StillBuildingError } from "./lazy.ts";
import { WaitQueue } from "../parts/wait-queue.ts";

export interface ReconnectOptions<Req, Res> {
  /**
   * Makes the service. It settles soon after its context is cancelled, which happens when the
   * attempt takes too long or `reconnect` is disposed; what it gives after that is disposed.
   */
  readonly connect: (cx: Context) => Service<Req, Res> | PromiseLike<Service<Req, Res>>;
  /** Milliseconds for one attempt; a longer one fails with TIMEOUT. Must be > 0. @default 10000 (10 s) */
  readonly timeoutMs?: number;
  /**
   * The pause after a failed attempt, in which calls fail with NOT_CONNECTED. A service that closes
   * within `maxMs` of being made counts as a failed attempt too.
   */
  readonly backoff?: BackoffOptions;
  /**
   * Calls that may wait for the attempt under way. One more fails with STILL_BUILDING. A whole
   * number >= 1.
   * @default 1024
   */
  readonly maxWaiting?: number;
  /**
   * Does this failure of a call mean that the service is of no use any more? Then it is disposed at
   * once, with whatever else is in it, and the next call connects anew.
   * @default never: it is replaced when its status says that it is closed
   */
  readonly isBroken?: (error: unknown) => boolean;
}

/** The last attempt failed, and the next one is not due. */
export class NotConnectedError extends ProxyError {
  readonly code = "NOT_CONNECTED";
  /** As that of the failure behind it. */
  readonly retriable: boolean;
  /** As that of the failure behind it. */
  readonly kind: ErrorKind;
  /** Whole milliseconds until the next attempt. */
  readonly retryAfterMs: number;
  constructor(retryAfterMs: number, cause: unknown) {
    super(`not connected, next attempt in ${retryAfterMs} ms: ${messageOf(cause)}`, { cause });
    const { kind, retriable } = classify(cause);
    this.kind = kind;
    this.retriable = retriable;
    this.retryAfterMs = retryAfterMs;
  }
}

/**
 * Keeps one live service: the first call makes it, and the first call after it has closed makes the
 * next. It stands on the ground of a stack, `.service(reconnect({ connect }))`.
 *
 * Calls share one attempt, wait for it, and go on in the order they came. When it fails they all
 * fail with its error, and `retry` above decides what then. An attempt goes on when those who waited
 * for it are gone: callers less patient than a handshake takes would never be served otherwise.
 */
export function reconnect<Req, Res>(options: ReconnectOptions<Req, Res>): GuardedService<Req, Res> {
  const connect = callable("connect", options.connect);
  const timeoutMs = milliseconds("timeoutMs", options.timeoutMs ?? 10_000);
  const pause = backoff(options.backoff);
  const maxWaiting = whole("maxWaiting", options.maxWaiting ?? 1024, 1);
  const { isBroken } = options;

  const fleet = new Fleet<Req, Res>();
  const waiting = new WaitQueue();
  let live: Member<Req, Res> | undefined;
  let liveSinceMs = 0;

  const connector = new Connector<Service<Req, Res>>({
    connect,
    timeoutMs,
    pause,
    onMade: (made) => {
      live = fleet.add(made);
      liveSinceMs = performance.now();
      // Within this turn, so that a call that comes now cannot overtake them.
      while (waiting.release());
    },
    onFailed: (error) => waiting.fail(error),
    onLate: (made) => fleet.retire(fleet.add(made)),
  });

  function drop(cause: unknown): void {
    if (live === undefined) return;
    fleet.retire(live);
    live = undefined;
    if (performance.now() - liveSinceMs >= pause.maxMs) connector.succeeded();
    else connector.failed(cause);
  }

  function send(request: Req, cx: Context): Promise<Res> {
    const member = live;
    if (member === undefined) return Promise.reject(notConnected());
    const answer = member.service.call(request, cx);
    if (isBroken === undefined) return answer;
    return answer.then(undefined, (error: unknown) => {
      if (member === live && isBroken(error)) drop(error);
      throw error;
    });
  }

  function notConnected(): NotConnectedError {
    return new NotConnectedError(Math.ceil(connector.pauseMs), connector.lastFailure);
  }

  function call(request: Req, cx: Context): Promise<Res> {
    if (live?.service.status() === "closed") drop(new ClosedError("the connection"));
    if (live !== undefined) return send(request, cx);
    cx.throwIfCancelled();
    if (connector.pauseMs > 0) throw notConnected();
    if (waiting.size >= maxWaiting) throw new StillBuildingError(maxWaiting);
    // First: an attempt that fails before it returns has somebody to tell.
    const answer = waiting.hold(cx, () => send(request, cx));
    if (!connector.connecting) connector.begin();
    return answer;
  }

  return service(call, {
    name: nameWith("reconnect", connect),
    status: () => {
      const status = live?.service.status();
      if (status !== undefined && status !== "closed") return status;
      return connector.connecting || connector.pauseMs > 0 ? "busy" : "open";
    },
    dispose: async () => {
      const closed = new ClosedError("the connection");
      waiting.fail(closed);
      await connector.close(closed);
      await fleet.dispose();
    },
  });
}
