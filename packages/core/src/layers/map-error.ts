import type { Context } from "../context.ts";
import { layer, nameWith } from "../layer.ts";
import type { SameLayer } from "../layer.ts";
import { callable } from "../options.ts";

/**
 * Makes another error of each failure: what `map` returns, or throws, is what the call rejects
 * with. To make an answer of a failure, use `around` or `fallback`.
 *
 * Once the call is cancelled its failure passes unchanged: the caller gave the reason and is owed
 * it back. To say who failed, use `errorContext`.
 */
export function mapError<Req, Res>(
  map: (error: unknown, request: Req, cx: Context) => unknown,
): SameLayer<Req, Res> {
  callable("map", map);

  return layer(
    nameWith("mapError", map),
    (inner) => (request: Req, cx: Context) =>
      inner.call(request, cx).catch((error: unknown) => {
        throw cx.cancelled ? error : map(error, request, cx);
      }),
  );
}
