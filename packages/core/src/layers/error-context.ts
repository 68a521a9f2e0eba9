import type { Context } from "../context.ts";
import { classify, messageOf, ProxyError } from "../error.ts";
import type { ErrorKind } from "../error.ts";
import { layer } from "../layer.ts";
import type { SameLayer } from "../layer.ts";

/**
 * Says in the error who failed. One at each boundary makes a line that can be read from the left:
 * `listener kafka: broker b-3:9092: connect ECONNREFUSED 10.0.0.3:9092`.
 *
 * Put it directly above what it names, and above the `timeout` of that: a timeout below it is told
 * with the name, one above it cuts the call off without it.
 */
export interface ErrorContextOptions<Req> {
  /** Who is behind this layer: `broker b-3:9092`. A function is asked only after a failure. */
  readonly who: string | ((request: Req, cx: Context) => string);
}

/**
 * A failure and who failed. It says what its cause says: `code`, `kind` and `retriable` are those
 * of the cause, so that nothing which acts on an error has to unwrap it.
 */
export class BoundaryError extends ProxyError {
  readonly code: string;
  readonly retriable: boolean;
  readonly kind: ErrorKind;
  readonly who: string;
  constructor(who: string, cause: unknown) {
    super(`${who}: ${messageOf(cause)}`, { cause });
    ({ code: this.code, kind: this.kind, retriable: this.retriable } = classify(cause));
    this.who = who;
  }
}

/**
 * Wraps each failure in a {@link BoundaryError}. Once the call is cancelled its failure passes
 * unchanged: whoever cancelled knows why, and nobody behind this layer is to blame.
 */
export function errorContext<Req, Res>(options: ErrorContextOptions<Req>): SameLayer<Req, Res> {
  const { who } = options;
  if (typeof who !== "string" && typeof who !== "function") {
    throw new TypeError(`who must be a string or a function, got ${String(who)}`);
  }

  return layer(
    typeof who === "string" ? `errorContext(${who})` : "errorContext",
    (inner) => (request: Req, cx: Context) =>
      inner.call(request, cx).catch((error: unknown) => {
        if (cx.cancelled) throw error;
        throw new BoundaryError(typeof who === "string" ? who : who(request, cx), error);
      }),
  );
}
