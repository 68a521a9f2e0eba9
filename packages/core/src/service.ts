import type { Context } from "./context.ts";
import { ClosedError } from "./error.ts";

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
  // A property: parameters of methods are compared both ways, and a service of a narrower request
  // would pass for one of a wider.
  readonly call: (request: Req, cx: Context) => Promise<Res>;

  /** @default "open", for a service that does not say. */
  status?(): ServiceStatus;

  /**
   * Never there: it keeps functions out, which have a `call` as well (`Function.prototype.call`)
   * and would pass for services. `service(fn)` makes one of a function.
   */
  readonly apply?: never;
}

/** The `call` of a service, on its own. */
export type Call<Req, Res> = (request: Req, cx: Context) => Promise<Res>;

/** What {@link service} needs beyond the call itself. */
export interface ServiceParts {
  readonly status?: () => ServiceStatus;
  /** Closes what the service holds. Called at most once. */
  readonly dispose?: () => PromiseLike<void> | void;
}

export interface ServiceOptions extends ServiceParts {
  /**
   * What `describe()` prints.
   * @default the name of the function
   */
  readonly name?: string;
}

/** Makes a service of a function. A synchronous throw in `call` becomes a rejection. */
export function service<Req, Res>(
  call: Call<Req, Res>,
  options: ServiceOptions = {},
): GuardedService<Req, Res> {
  return new GuardedService(call, options);
}

/**
 * The same service, with the promises of the contract kept for it: `call` never throws
 * synchronously, `status` always answers, it is disposed at most once, and once that began it
 * refuses with CLOSED. Services that are guarded already come back as they are.
 * @throws TypeError for a function, whose own `call` is another thing: see {@link serviceOf}
 */
export function guard<Req, Res>(inner: Service<Req, Res>): GuardedService<Req, Res> {
  if (inner instanceof GuardedService) return inner;
  if (typeof inner === "function") throw new TypeError("a function is not a service: use service(fn)");
  return new GuardedService((request, cx) => inner.call(request, cx), {
    name: nameOf(inner),
    status: () => inner.status?.() ?? "open",
    dispose: () => inner[Symbol.asyncDispose]?.(),
  });
}

/** A service as {@link guard} gives it, or one of a plain function: for options that take either. */
export function serviceOf<Req, Res>(given: Service<Req, Res> | Call<Req, Res>): GuardedService<Req, Res> {
  return typeof given === "function" ? service(given) : guard(given);
}

/**
 * The same service without its disposal, for a stack that uses what it does not own: a stack
 * disposes every service that it was given, `to` of `route` and `fallback` included.
 */
export function borrow<Req, Res>(owned: Service<Req, Res>): GuardedService<Req, Res> {
  return new GuardedService((request, cx) => owned.call(request, cx), {
    name: nameOf(owned),
    status: () => owned.status?.() ?? "open",
  });
}

/** What a service is called: its own name, else that of its class, else `(service)`. */
export function nameOf(service: object): string {
  if (typeof service === "function") return service.name || "(function)";
  if (service instanceof GuardedService) return service.name;
  const name = service.constructor?.name;
  return name === undefined || name === "Object" ? "(service)" : name;
}

/** A service whose contract is kept; see {@link guard}. */
export class GuardedService<in Req, out Res> implements Service<Req, Res>, AsyncDisposable {
  readonly #call: Call<Req, Res>;
  readonly #options: ServiceOptions;
  #disposal: Promise<void> | undefined;

  constructor(call: Call<Req, Res>, options: ServiceOptions) {
    this.#call = call;
    this.#options = options;
  }

  /** What `describe()` prints. */
  get name(): string {
    return this.#options.name || this.#call.name || "(service)";
  }

  // Not `async`: that would cost a promise per tier (bench/onion.bench.ts).
  call(request: Req, cx: Context): Promise<Res> {
    if (this.#disposal !== undefined) return Promise.reject(new ClosedError());
    try {
      return this.#call(request, cx);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  status(): ServiceStatus {
    if (this.#disposal !== undefined) return "closed";
    return this.#options.status?.() ?? "open";
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#disposal ??= this.#dispose();
    return this.#disposal;
  }

  async #dispose(): Promise<void> {
    await this.#options.dispose?.();
  }
}
