import type { Context } from "../context.ts";
import type { Drain } from "../drain.ts";
import { ProxyError } from "../error.ts";
import { layer } from "../layer.ts";
import type { SameLayer } from "../layer.ts";

/**
 * Keeps a drain from ending while a call is under way, and refuses new calls once it has begun.
 *
 * Pushed where connections come in, a connection in progress holds the process; pushed where
 * requests come in, a request does. It ends nothing by itself: when the drain is forced, whoever
 * owns the connections closes them, which cancels the calls.
 */
export interface RetainOptions {
  readonly drain: Drain;
}

/** The process is on its way out and takes no new calls. Another instance will. */
export class DrainingError extends ProxyError {
  readonly code = "DRAINING";
  readonly retriable = true;
  readonly kind = "unavailable";
  constructor() {
    super("draining: no new calls");
  }
}

export function retain<Req, Res>({ drain }: RetainOptions): SameLayer<Req, Res> {
  return layer("retain", (inner) => (request: Req, cx: Context) => {
    if (drain.draining) return Promise.reject(new DrainingError());
    const release = drain.retain();
    const answer = inner.call(request, cx);
    // Beside the answer, not in its way: the caller gets the very promise of the inner service.
    answer.then(release, release);
    return answer;
  });
}
