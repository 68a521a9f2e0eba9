import type { Context } from "../context.ts";
import { classify } from "../error.ts";
import { layer } from "../layer.ts";
import type { SameLayer } from "../layer.ts";
import { callable } from "../options.ts";
import { serviceOf } from "../service.ts";
import type { Call, Service } from "../service.ts";
import { leadsTo } from "../outline.ts";
import { inline } from "../stack.ts";

/**
 * When a call fails, asks another service the same. What that one answers, or fails with, is the
 * outcome; an `observe` below this layer sees the failure that led there.
 *
 * Put it above `retry` and `timeout`, so that they are done with the first service before the
 * second one is asked.
 *
 * The stack owns `to` and disposes it with itself. For one that lives longer, say
 * `to: borrow(shared)`. Its status is that of the inner service, and that of `to` when the inner
 * one is closed.
 */
export interface FallbackOptions<Req, Res> {
  /**
   * True for the failures that `to` gets to answer. Not asked once the call is cancelled: nobody
   * would be there for the answer.
   * @default what `classify` calls retriable: the same request may be sent again
   */
  readonly when?: (error: unknown, request: Req) => boolean;
  /** A service, or a plain function as one. */
  readonly to: Service<NoInfer<Req>, NoInfer<Res>> | Call<NoInfer<Req>, NoInfer<Res>>;
}

export function fallback<Req, Res>(
  options: FallbackOptions<NoInfer<Req>, NoInfer<Res>>,
): SameLayer<Req, Res> {
  const when = callable("when", options.when ?? retriable);
  const to = serviceOf<Req, Res>(options.to);

  const built = layer<Req, Res>(`fallback → ${inline(options.to)}`, (inner) => ({
    call: (request: Req, cx: Context) =>
      inner.call(request, cx).catch((error: unknown) => {
        if (cx.cancelled || !when(error, request)) throw error;
        return to.call(request, cx);
      }),
    status: () => {
      const status = inner.status();
      return status === "closed" ? to.status() : status;
    },
    dispose: () => to[Symbol.asyncDispose](),
  }));
  return leadsTo(built, options.to);
}

function retriable(error: unknown): boolean {
  return classify(error).retriable;
}
