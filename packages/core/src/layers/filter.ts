import type { Context } from "../context.ts";
import { ProxyError } from "../error.ts";
import { layer } from "../layer.ts";
import type { Layer, SameLayer } from "../layer.ts";
import { callable } from "../options.ts";
import type { Service } from "../service.ts";

/**
 * Lets a request through or refuses it, by a rule that answers at once. For a rule that has to ask
 * somebody, use `around`.
 *
 * Put it above what may wait: a refused request should not take a place in a queue.
 */
export interface FilterOptions<Req> {
  /**
   * `true` lets the request through, `false` refuses it with FILTERED, an error refuses it with
   * that error. Everything else refuses as well, a promise too: a rule in doubt is a no.
   *
   * A type guard narrows the request for the layers below.
   */
  readonly allow: (request: Req, cx: Context) => boolean | Error;
  /**
   * What the rule is called: in the message of the error, and in `describe()`.
   * @default "filter"
   */
  readonly rule?: string;
}

/** As {@link FilterOptions}, with a type guard for a rule. */
export interface NarrowingFilterOptions<Req, Inner extends Req> extends FilterOptions<Req> {
  readonly allow: (request: Req, cx: Context) => request is Inner;
}

/** A rule of ours refused the request. It was not sent. */
export class FilteredError extends ProxyError {
  readonly code = "FILTERED";
  readonly retriable = false;
  readonly kind = "denied";
  readonly rule: string;
  constructor(rule: string) {
    super(`refused by ${rule}`);
    this.rule = rule;
  }
}

export function filter<Req, Inner extends Req, Res>(
  options: NarrowingFilterOptions<Req, Inner>,
): Layer<Service<Inner, Res>, Service<Req, Res>>;
export function filter<Req, Res>(options: FilterOptions<Req>): SameLayer<Req, Res>;
export function filter<Req, Res>(options: FilterOptions<Req>): SameLayer<Req, Res> {
  const allow = callable("allow", options.allow);
  const { rule } = options;

  return layer(rule === undefined ? "filter" : `filter(${rule})`, (inner) => (request: Req, cx: Context) => {
    const verdict = allow(request, cx);
    if (verdict === true) return inner.call(request, cx);
    return Promise.reject(verdict instanceof Error ? verdict : new FilteredError(rule ?? "filter"));
  });
}
