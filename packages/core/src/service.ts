import type { Context } from "./context.ts";

/**
 * How ready a service is to take a call. A hint for balancers and admin pages, never a
 * reservation: between reading it and calling, it may change.
 *
 * - `open`: takes calls.
 * - `busy`: takes calls, but they will wait or be refused.
 * - `closed`: refuses every call, for good.
 */
export type ServiceStatus = "open" | "busy" | "closed";

/**
 * One asynchronous function with a life: it answers requests, may say how healthy it is, and
 * may hold something that has to be closed.
 *
 * Tower's `Service` without `poll_ready`: whether a call is admitted is decided inside `call`.
 */
export interface Service<in Req, out Res> extends Partial<AsyncDisposable> {
  /**
   * Answers one request. Re-entrant: calls may overlap. Failures are rejections; a built stack
   * turns a synchronous throw into one, so callers never need both.
   *
   * It settles soon after `cx` is cancelled.
   */
  call(request: Req, cx: Context): Promise<Res>;

  /** @default "open", for a service that does not say. */
  status?(): ServiceStatus;
}

/** The `call` of a service, on its own. */
export type Call<Req, Res> = (request: Req, cx: Context) => Promise<Res>;

/** What {@link service} needs beyond the call itself. */
export interface ServiceParts {
  readonly status?: () => ServiceStatus;
  /** Closes what the service holds. Called at most once. */
  readonly dispose?: () => PromiseLike<void> | void;
}

/** Makes a service of a function. A synchronous throw in `call` becomes a rejection. */
export function service<Req, Res>(call: Call<Req, Res>, parts: ServiceParts = {}): GuardedService<Req, Res> {
  return new GuardedService(call, parts);
}

/**
 * The same service, with the promises of the contract kept for it: `call` never throws
 * synchronously, `status` always answers, and it is disposed at most once. Services that are
 * guarded already come back as they are.
 */
export function guard<Req, Res>(inner: Service<Req, Res>): GuardedService<Req, Res> {
  if (inner instanceof GuardedService) return inner;
  return new GuardedService((request, cx) => inner.call(request, cx), {
    status: () => inner.status?.() ?? "open",
    dispose: () => inner[Symbol.asyncDispose]?.(),
  });
}

/** A service whose contract is kept; see {@link guard}. */
export class GuardedService<in Req, out Res> implements Service<Req, Res>, AsyncDisposable {
  readonly #call: Call<Req, Res>;
  readonly #parts: ServiceParts;
  #disposal: Promise<void> | undefined;

  constructor(call: Call<Req, Res>, parts: ServiceParts) {
    this.#call = call;
    this.#parts = parts;
  }

  // Not `async`: that would cost a promise per tier (bench/onion.bench.ts).
  call(request: Req, cx: Context): Promise<Res> {
    try {
      return this.#call(request, cx);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  status(): ServiceStatus {
    if (this.#disposal !== undefined) return "closed";
    return this.#parts.status?.() ?? "open";
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#disposal ??= this.#dispose();
    return this.#disposal;
  }

  async #dispose(): Promise<void> {
    await this.#parts.dispose?.();
  }
}
