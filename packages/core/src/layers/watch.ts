import { layer } from "../layer.ts";
import type { SameLayer } from "../layer.ts";
import { callable } from "../options.ts";
import { borrow } from "../service.ts";
import { latest } from "./latest.ts";
import type { LatestOptions } from "./latest.ts";

/**
 * Builds a layer anew when a value changes: limits from a configuration, say, without a restart.
 * New calls take the new layer, those under way finish in the old one, which is disposed after the
 * last of them. The service below stays the same one throughout.
 *
 * State inside the old layer, such as tokens or a circuit, is not carried over.
 */
export interface WatchOptions<T, Req, Res> extends Pick<LatestOptions<T, Req, Res>, "values" | "onError"> {
  /**
   * Builds the layer for a value, synchronously. For several of them:
   * `(value) => (inner) => stack().push(...).push(...).service(inner)`.
   */
  readonly build: (value: T) => SameLayer<Req, Res>;
}

export function watch<T, Req, Res>(options: WatchOptions<T, Req, Res>): SameLayer<Req, Res> {
  const { values, onError } = options;
  const build = callable("build", options.build);

  return layer("watch", (inner) => {
    // Borrowed anew for each layer, for disposing a layer closes what it was given.
    const rebuilt = latest({ values, onError, build: (value: T) => build(value)(borrow(inner)) });
    return {
      call: (request: Req, cx) => rebuilt.call(request, cx),
      status: () => rebuilt.status(),
      dispose: () => rebuilt[Symbol.asyncDispose](),
    };
  });
}
