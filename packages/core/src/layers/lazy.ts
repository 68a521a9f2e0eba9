import { Context } from "../context.ts";
import { ClosedError, ProxyError } from "../error.ts";
import { nameWith } from "../layer.ts";
import { callable, whole } from "../options.ts";
import { guard, service } from "../service.ts";
import type { GuardedService, Service } from "../service.ts";
import { WaitQueue } from "../parts/wait-queue.ts";

export interface LazyOptions {
  /**
   * Calls that may wait for the service to be built. One more fails with STILL_BUILDING. A whole
   * number >= 1.
   * @default 1024
   */
  readonly maxWaiting?: number;
}

/** The service is being built, and as many calls as allowed wait for it already. */
export class StillBuildingError extends ProxyError {
  readonly code = "STILL_BUILDING";
  readonly retriable = true;
  readonly kind = "overload";
  readonly maxWaiting: number;
  constructor(maxWaiting: number) {
    super(`the service is still being built, and ${maxWaiting} calls wait for it`);
    this.maxWaiting = maxWaiting;
  }
}

/**
 * A service that is built by the first call: a connection that is opened when somebody needs it.
 * It stands on the ground of a stack, `.service(lazy(connect))`.
 *
 * Calls that come meanwhile wait for the same build and go on in the order they came. When it
 * fails they all fail with its error, and the next call builds again. Once built, the service stays,
 * even when it breaks: to replace it is for `reconnect`.
 *
 * `make` gets a context of its own, for the build serves every call that waits. It is cancelled when
 * the last of them is gone, or when this service is disposed; `make` settles soon after. What it
 * gave too late is disposed.
 */
export function lazy<Req, Res>(
  make: (cx: Context) => Service<Req, Res> | PromiseLike<Service<Req, Res>>,
  options: LazyOptions = {},
): GuardedService<Req, Res> {
  callable("make", make);
  const maxWaiting = whole("maxWaiting", options.maxWaiting ?? 1024, 1);

  const waiting = new WaitQueue();
  const builds = new Set<Promise<void>>();
  let built: GuardedService<Req, Res> | undefined;
  // The build that calls wait for, by its context. One that was given up is not it any more.
  let current: Context | undefined;

  async function build(cx: Context): Promise<void> {
    let made: GuardedService<Req, Res>;
    try {
      made = guard(await make(cx));
    } catch (error) {
      if (current !== cx) return;
      current = undefined;
      waiting.fail(error);
      return;
    }
    if (current !== cx) return made[Symbol.asyncDispose]();
    current = undefined;
    built = made;
    // At once, so that a call that comes now cannot overtake them.
    while (waiting.release());
  }

  function begin(): void {
    const cx = Context.background().fork();
    current = cx;
    // It rejects only when what was given up does not close: `dispose` reports that while it waits.
    const ended = build(cx).finally(() => builds.delete(ended));
    ended.catch(() => {});
    builds.add(ended);
  }

  function giveUp(reason: Error): void {
    const cx = current;
    current = undefined;
    cx?.cancel(reason);
  }

  function giveUpIfAlone(): void {
    if (waiting.size === 0) giveUp(new ClosedError("the build that nobody waited for"));
  }

  function call(request: Req, cx: Context): Promise<Res> {
    // Behind those that wait, when one that was let go makes another call.
    if (built !== undefined && waiting.size === 0) return built.call(request, cx);
    if (cx.reason !== undefined) return Promise.reject(cx.reason);
    if (waiting.size >= maxWaiting) return Promise.reject(new StillBuildingError(maxWaiting));
    const answer = waiting.hold(cx, () => built?.call(request, cx) ?? Promise.reject(new ClosedError()));
    answer.catch(giveUpIfAlone);
    // After it waits: the build may fail before this returns.
    if (built === undefined && current === undefined) begin();
    return answer;
  }

  return service(call, {
    name: nameWith("lazy", make),
    status: () => built?.status() ?? (current === undefined ? "open" : "busy"),
    dispose: async () => {
      const closed = new ClosedError();
      giveUp(closed);
      waiting.fail(closed);
      try {
        await Promise.all(builds);
      } finally {
        await built?.[Symbol.asyncDispose]();
      }
    },
  });
}
