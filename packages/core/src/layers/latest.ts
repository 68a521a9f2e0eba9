import type { Observable } from "rxjs";

import type { Context } from "../context.ts";
import { nameWith } from "../layer.ts";
import { callable } from "../options.ts";
import { service } from "../service.ts";
import type { GuardedService, Service } from "../service.ts";
import { Fleet } from "../parts/fleet.ts";
import type { Member } from "../parts/fleet.ts";

export interface LatestOptions<T, Req, Res> {
  /**
   * What the service depends on. It emits once on subscription, as a `BehaviorSubject` does; each
   * value after that builds a new service, an equal one too (`distinctUntilChanged` helps). When it
   * ends, the last service stays.
   */
  readonly values: Observable<T>;
  /** Builds the service for a value, synchronously. It is disposed after the last call to it. */
  readonly build: (value: T) => Service<Req, Res>;
  /**
   * Told that `build` threw or `values` failed, while there is a service: it stays in use. What
   * `build` throws for the first value is thrown where the stack is built. Must not throw.
   */
  readonly onError: (error: unknown) => void;
}

/**
 * A service that is built anew when a value changes: new calls go to the new one, those under way
 * finish on the old one. It stands on the ground of a stack, `.service(latest({ ... }))`; `watch` is
 * the layer.
 *
 * State inside the old service, such as tokens or a circuit, is not carried over.
 */
export function latest<T, Req, Res>(options: LatestOptions<T, Req, Res>): GuardedService<Req, Res> {
  const build = callable("build", options.build);
  const onError = callable("onError", options.onError);

  const fleet = new Fleet<Req, Res>();
  let current: Member<Req, Res> | undefined;
  let failure: unknown = new TypeError(
    "values must emit on subscription: use a BehaviorSubject or startWith",
  );

  const subscription = options.values.subscribe({
    next: (value) => {
      try {
        const next = fleet.add(build(value));
        if (current !== undefined) fleet.retire(current);
        current = next;
      } catch (error) {
        if (current === undefined) failure = error;
        else onError(error);
      }
    },
    error: (error: unknown) => {
      if (current === undefined) failure = error;
      else onError(error);
    },
  });
  if (current === undefined) {
    subscription.unsubscribe();
    throw failure;
  }

  const call = async (request: Req, cx: Context): Promise<Res> => {
    const member = current;
    if (member === undefined) throw failure;
    member.enter();
    try {
      return await member.service.call(request, cx);
    } finally {
      member.leave();
    }
  };

  return service(call, {
    name: nameWith("latest", build),
    status: () => current?.service.status() ?? "closed",
    dispose: () => {
      subscription.unsubscribe();
      return fleet.dispose();
    },
  });
}
