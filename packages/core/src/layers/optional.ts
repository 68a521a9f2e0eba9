import { named } from "../layer.ts";
import type { SameLayer } from "../layer.ts";
import { callable } from "../options.ts";

/**
 * A layer that is there only when `given` is: no conditionals in the chain, and `describe()` says
 * what is left out.
 *
 * ```ts
 * .push(optional(options.timeoutMs, (timeoutMs) => timeout({ timeoutMs })))
 * .push(optional(isPublic, () => concurrencyLimit({ max: 100 })))
 * ```
 *
 * @param given known when the stack is built. `false`, `undefined` and `null` leave the layer out;
 *   anything else, 0 too, is handed to `make`.
 */
export function optional<Req, Res, T>(
  given: T | false | undefined | null,
  make: (given: T) => SameLayer<Req, Res>,
): SameLayer<Req, Res> {
  callable("make", make);
  if (given === false || given === undefined || given === null) {
    return named("optional(off)", (inner) => inner);
  }
  return make(given);
}
