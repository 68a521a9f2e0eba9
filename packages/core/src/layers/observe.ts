import type { Context } from "../context.ts";
import { messageOf } from "../error.ts";
import { layer } from "../layer.ts";
import type { SameLayer } from "../layer.ts";

/**
 * Hooks that watch calls: synchronous, and unable to change or delay anything. A call that is
 * refused above this layer is not seen; one that is refused below it is.
 *
 * A hook that throws breaks neither the call nor the other hooks; see {@link ObserveOptions}.
 */
export interface Observer<Req, Res, State = undefined> {
  // Methods, not properties: an observer with a state of its own fits into a list of observers.
  /**
   * A call came. What this returns, a start time or a span, the other hooks of this observer get as
   * `state`. Write it first, so that they know its type. If it throws, they are not called.
   */
  onCall?(request: Req, cx: Context): State;
  onAnswer?(response: Res, request: Req, cx: Context, state: State): void;
  /** The call failed, or was cancelled: `cx.cancelled` tells. */
  onFailure?(error: unknown, request: Req, cx: Context, state: State): void;
  /** After either of the two. */
  onSettled?(request: Req, cx: Context, state: State): void;
}

export interface ObserveOptions {
  /**
   * Is told each error that a hook throws.
   * @default a process warning with the code PAGODA_HOOK for the first one in each stack: seen, but
   *   not once per request
   */
  readonly onHookError?: (error: unknown) => void;
}

/**
 * Watches the calls that pass. Several observers belong in one `observe([...])`: they are told in
 * the order of the list, and cost one tier together.
 */
export function observe<Req, Res, State = undefined>(
  observer: Observer<Req, Res, State>,
  options?: ObserveOptions,
): SameLayer<Req, Res>;
export function observe<Req, Res>(
  observers: readonly Observer<NoInfer<Req>, NoInfer<Res>, unknown>[],
  options?: ObserveOptions,
): SameLayer<Req, Res>;
export function observe<Req, Res>(
  given: Observer<Req, Res, unknown> | readonly Observer<Req, Res, unknown>[],
  options: ObserveOptions = {},
): SameLayer<Req, Res> {
  const observers = isList(given) ? given : [given];

  return layer("observe", (inner) => {
    const report = reporter(options.onHookError);
    const watchers = observers.map((observer) => new Watcher(observer, report));

    return (request: Req, cx: Context) => {
      const states = watchers.map((watcher) => watcher.call(request, cx));
      const answer = inner.call(request, cx);
      // Beside the answer, not in its way: the caller gets the very promise of the inner service.
      answer.then(
        (response) => {
          for (const [at, watcher] of watchers.entries()) watcher.answer(response, request, cx, states[at]);
        },
        (error: unknown) => {
          for (const [at, watcher] of watchers.entries()) watcher.failure(error, request, cx, states[at]);
        },
      );
      return answer;
    };
  });
}

// What `onCall` left behind when it threw.
const failed = Symbol("failed");

/** An observer that cannot throw. */
class Watcher<Req, Res> {
  readonly #observer: Observer<Req, Res, unknown>;
  readonly #report: (error: unknown) => void;

  constructor(observer: Observer<Req, Res, unknown>, report: (error: unknown) => void) {
    this.#observer = observer;
    this.#report = report;
  }

  call(request: Req, cx: Context): unknown {
    try {
      return this.#observer.onCall?.(request, cx);
    } catch (error) {
      this.#report(error);
      return failed;
    }
  }

  answer(response: Res, request: Req, cx: Context, state: unknown): void {
    if (state === failed) return;
    try {
      this.#observer.onAnswer?.(response, request, cx, state);
    } catch (error) {
      this.#report(error);
    }
    this.#settled(request, cx, state);
  }

  failure(error: unknown, request: Req, cx: Context, state: unknown): void {
    if (state === failed) return;
    try {
      this.#observer.onFailure?.(error, request, cx, state);
    } catch (thrown) {
      this.#report(thrown);
    }
    this.#settled(request, cx, state);
  }

  #settled(request: Req, cx: Context, state: unknown): void {
    try {
      this.#observer.onSettled?.(request, cx, state);
    } catch (error) {
      this.#report(error);
    }
  }
}

function reporter(onHookError: ((error: unknown) => void) | undefined): (error: unknown) => void {
  let warned = false;
  const warn = (error: unknown): void => {
    if (warned) return;
    warned = true;
    // Not rethrown: a hook that counts must not be able to end the process that proxies.
    const message = `a hook of observe() threw, and may do so again unreported: ${messageOf(error)}`;
    const detail = error instanceof Error && error.stack !== undefined ? { detail: error.stack } : {};
    process.emitWarning(message, { type: "PagodaWarning", code: "PAGODA_HOOK", ...detail });
  };
  if (onHookError === undefined) return warn;
  return (error) => {
    try {
      onHookError(error);
    } catch (thrown) {
      warn(thrown);
    }
  };
}

// `Array.isArray` does not know a readonly array.
function isList<T extends object>(given: T | readonly T[]): given is readonly T[] {
  return Array.isArray(given);
}
