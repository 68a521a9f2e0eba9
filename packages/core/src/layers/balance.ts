import type { Observable } from "rxjs";

import type { Context } from "../context.ts";
import { ClosedError, ProxyError } from "../error.ts";
import { milliseconds, whole } from "../options.ts";
import { service } from "../service.ts";
import type { GuardedService, Service, ServiceStatus } from "../service.ts";
import type { Change } from "../parts/change.ts";
import { Endpoint } from "../parts/endpoint.ts";
import { Fleet } from "../parts/fleet.ts";
import { peakEwma } from "../parts/load.ts";
import type { LoadMetric } from "../parts/load.ts";
import { pick } from "../parts/p2c.ts";
import { WaitQueue } from "../parts/wait-queue.ts";

export interface BalanceOptions<K, Req, Res> {
  /**
   * The endpoints, as they come and go. Their services belong to the balancer, which disposes them.
   * When the source ends, or fails, the endpoints it told of last stay.
   */
  readonly changes: Observable<Change<K, Service<Req, Res>>>;
  /** What makes one endpoint less loaded than another. @default peakEwma() */
  readonly load?: LoadMetric;
  /** Where chance comes from: a number from 0 to below 1. @default Math.random */
  readonly random?: () => number;
  /**
   * Milliseconds a call waits for an endpoint when there is none; after that it fails with
   * NO_ENDPOINTS. Must be > 0.
   * @default 1000 (1 s)
   */
  readonly waitMs?: number;
  /**
   * Calls that may wait for an endpoint. One more fails with NO_ENDPOINTS. A whole number; 0 lets
   * none wait.
   * @default 1024
   */
  readonly maxWaiting?: number;
}

/** There is no endpoint to send the call to. When their source failed, that is the cause. */
export class NoEndpointsError extends ProxyError {
  readonly code = "NO_ENDPOINTS";
  readonly retriable = true;
  readonly kind = "unavailable";
}

/**
 * Spreads calls over endpoints that come and go: each goes to the less loaded of two that chance
 * picks. It stands on the ground of a stack, `.service(balance({ changes }))`.
 *
 * Closed endpoints get no calls, busy ones only when none is open: what makes an endpoint so is its
 * own stack, with a `circuitBreaker` or a `concurrencyLimit`. An endpoint that is removed finishes
 * its calls, and is then disposed.
 */
export function balance<K, Req, Res>(options: BalanceOptions<K, Req, Res>): GuardedService<Req, Res> {
  const newLoad = options.load ?? peakEwma();
  const random = options.random ?? Math.random;
  const waitMs = milliseconds("waitMs", options.waitMs ?? 1_000);
  const maxWaiting = whole("maxWaiting", options.maxWaiting ?? 1024, 0);
  const limit = {
    timeoutMs: waitMs,
    onTimeout: () => new NoEndpointsError(`no endpoint within ${waitMs} ms`),
  };

  const fleet = new Fleet<Req, Res>();
  const byKey = new Map<K, Endpoint<Req, Res>>();
  // The same ones, for picking: calls are many, changes are few.
  let endpoints: readonly Endpoint<Req, Res>[] = [];
  const waiting = new WaitQueue();
  // Once there will be no more changes: what calls fail with when there is no endpoint.
  let ended: NoEndpointsError | undefined;

  function apply(change: Change<K, Service<Req, Res>>): void {
    const old = byKey.get(change.key);
    if (change.type === "remove") byKey.delete(change.key);
    else byKey.set(change.key, new Endpoint(fleet.add(change.service), newLoad()));
    endpoints = [...byKey.values()];
    if (old !== undefined) fleet.retire(old.member);
    if (pick(endpoints, random) !== undefined) while (waiting.release());
  }

  function end(error: NoEndpointsError): void {
    ended = error;
    waiting.fail(error);
  }

  function send(request: Req, cx: Context): Promise<Res> | undefined {
    return pick(endpoints, random)?.call(request, cx);
  }

  function call(request: Req, cx: Context): Promise<Res> {
    const answer = send(request, cx);
    if (answer !== undefined) return answer;
    if (ended !== undefined) throw ended;
    if (waiting.size >= maxWaiting) throw new NoEndpointsError(`no endpoint, and ${maxWaiting} calls wait`);
    const inTurn = (): Promise<Res> => send(request, cx) ?? Promise.reject(limit.onTimeout());
    return waiting.hold(cx, inTurn, limit);
  }

  function status(): ServiceStatus {
    const all = new Set(endpoints.map((endpoint) => endpoint.status()));
    if (all.has("open")) return "open";
    return ended === undefined || all.has("busy") ? "busy" : "closed";
  }

  const subscription = options.changes.subscribe({
    next: apply,
    error: (cause: unknown) => end(new NoEndpointsError("no endpoint, and their source failed", { cause })),
    complete: () => end(new NoEndpointsError("no endpoint, and there will be none")),
  });

  return service(call, {
    name: "balance",
    status,
    dispose: () => {
      subscription.unsubscribe();
      waiting.fail(new ClosedError("the balancer"));
      return fleet.dispose();
    },
  });
}
