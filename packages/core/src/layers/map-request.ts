import type { Context } from "../context.ts";
import { layer, nameWith } from "../layer.ts";
import type { Layer } from "../layer.ts";
import { callable } from "../options.ts";
import type { Service } from "../service.ts";

/**
 * Makes another request of each request, for the layers below. What `map` throws, the call rejects
 * with.
 *
 * `map` answers at once; to wait for something, use `around`. Costs no promise.
 */
export function mapRequest<Outer, Inner, Res>(
  map: (request: Outer, cx: Context) => Inner,
): Layer<Service<Inner, Res>, Service<Outer, Res>> {
  callable("map", map);

  return layer(
    nameWith("mapRequest", map),
    (inner) => (request: Outer, cx: Context) => inner.call(map(request, cx), cx),
  );
}
