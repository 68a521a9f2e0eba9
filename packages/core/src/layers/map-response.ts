import type { Context } from "../context.ts";
import { layer, nameWith } from "../layer.ts";
import type { Layer } from "../layer.ts";
import { callable } from "../options.ts";
import type { Service } from "../service.ts";

/**
 * Makes another answer of each answer, for the layers above. What `map` throws, the call rejects
 * with. A failure passes by.
 *
 * `request` is the one that this layer was given. `map` answers at once; to wait for something, use
 * `around`. Where the inner answer has another type, say so: `mapResponse((bytes: Buffer) => ...)`.
 */
export function mapResponse<Req, Outer, Inner = Outer>(
  map: (response: Inner, request: Req, cx: Context) => Outer,
): Layer<Service<Req, Inner>, Service<Req, Outer>> {
  callable("map", map);

  return layer(
    nameWith("mapResponse", map),
    (inner) => (request: Req, cx: Context) =>
      inner.call(request, cx).then((response) => map(response, request, cx)),
  );
}
