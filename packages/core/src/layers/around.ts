import type { Context } from "../context.ts";
import { layer, nameWith } from "../layer.ts";
import type { Layer } from "../layer.ts";
import { callable } from "../options.ts";
import type { Call, Service } from "../service.ts";

/**
 * The general form of a layer, as middleware: `handle` gets the request and `next`, and may wait,
 * call `next` never, once or often, and answer by itself.
 *
 * ```ts
 * .push(around(async (request, cx, next) => {
 *   await tokens.take(cx);
 *   return next(request, cx);
 * }))
 * ```
 *
 * Pass on the context that was given, or a fork of it, so that cancellation arrives. What `handle`
 * waits for besides `next` it leaves when `cx` is cancelled (`cx.race`). Where the layers below have
 * other types, say so: `next: Call<InnerRequest, InnerResponse>`.
 */
export function around<Req, Res, InnerReq = Req, InnerRes = Res>(
  handle: (request: Req, cx: Context, next: Call<InnerReq, InnerRes>) => Promise<Res>,
): Layer<Service<InnerReq, InnerRes>, Service<Req, Res>> {
  callable("handle", handle);

  return layer(nameWith("around", handle), (inner: Service<InnerReq, InnerRes>) => {
    const next: Call<InnerReq, InnerRes> = (request, cx) => inner.call(request, cx);
    return (request: Req, cx: Context) => handle(request, cx, next);
  });
}
