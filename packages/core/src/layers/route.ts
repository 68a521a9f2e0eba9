import type { Context } from "../context.ts";
import { layer } from "../layer.ts";
import type { Layer, SameLayer } from "../layer.ts";
import { callable } from "../options.ts";
import { serviceOf } from "../service.ts";
import type { Call, Service } from "../service.ts";
import { leadsTo } from "../outline.ts";
import { inline } from "../stack.ts";

/**
 * Sends some requests to another service; the others go on down the stack. Several of them in a row
 * read like a table, the first that matches wins.
 *
 * The stack owns `to` and disposes it with itself, before the service on the ground. For one that
 * lives longer, say `to: borrow(shared)`.
 *
 * Its status is that of the main line, but `busy` instead of `closed` while `to` still answers.
 */
export interface RouteOptions<Req, Res> {
  /**
   * True for the requests that `to` gets. Answers at once. A type guard narrows both sides: `to`
   * gets what it names, the layers below the rest, so it must hold for all of those.
   */
  readonly when: (request: Req, cx: Context) => boolean;
  /** A service, or a plain function as one. */
  readonly to: Service<NoInfer<Req>, NoInfer<Res>> | Call<NoInfer<Req>, NoInfer<Res>>;
}

/** As {@link RouteOptions}, with a type guard for a condition. */
export interface NarrowingRouteOptions<Req, Routed extends Req, Res> {
  readonly when: (request: Req, cx: Context) => request is Routed;
  readonly to: Service<NoInfer<Routed>, NoInfer<Res>> | Call<NoInfer<Routed>, NoInfer<Res>>;
}

export function route<Req, Routed extends Req, Res>(
  options: NarrowingRouteOptions<Req, Routed, Res>,
): Layer<Service<Exclude<Req, Routed>, Res>, Service<Req, Res>>;
export function route<Req, Res>(options: RouteOptions<NoInfer<Req>, Res>): SameLayer<Req, Res>;
export function route<Req, Res>(options: RouteOptions<Req, Res>): SameLayer<Req, Res> {
  const when = callable("when", options.when);
  const to = serviceOf<Req, Res>(options.to);

  const built = layer<Req, Res>(`route → ${inline(options.to)}`, (inner) => ({
    call: (request: Req, cx: Context) => (when(request, cx) ? to : inner).call(request, cx),
    status: () => {
      const status = inner.status();
      return status === "closed" && to.status() !== "closed" ? "busy" : status;
    },
    dispose: () => to[Symbol.asyncDispose](),
  }));
  return leadsTo(built, options.to);
}
