import type { Context } from "./context.ts";
import { guard, GuardedService } from "./service.ts";
import type { Call, Service, ServiceParts } from "./service.ts";

/**
 * Turns an inner service into an outer one. It may change the types of request and response, or
 * build something that is not a service at all.
 */
export type Layer<in Inner, out Outer> = (inner: Inner) => Outer;

/** A layer that leaves request and response types as they are. */
export type SameLayer<Req, Res> = Layer<Service<Req, Res>, Service<Req, Res>>;

/** What a layer adds: its `call`, and what it holds beside the inner service. */
export interface Tier<Req, Res> extends ServiceParts {
  readonly call: Call<Req, Res>;
  /**
   * Closes what this layer holds. The inner service is disposed after it, without being asked.
   */
  readonly dispose?: () => PromiseLike<void> | void;
}

/**
 * Makes a layer. `build` runs once per stack and is given an inner service that never throws
 * synchronously; what it returns is guarded the same way. `status` and disposal of the inner
 * service are forwarded, so that an author cannot forget them.
 *
 * @param name what `describe()` prints, normally the name of the factory.
 */
export function layer<Req, Res, InnerReq = Req, InnerRes = Res>(
  name: string,
  build: (inner: GuardedService<InnerReq, InnerRes>) => BareCall<Req, Res> | Tier<Req, Res>,
): Layer<Service<InnerReq, InnerRes>, Service<Req, Res>> {
  return named(name, (service) => {
    const inner = guard(service);
    const built = build(inner);
    const tier = typeof built === "function" ? { call: built } : built;
    return new GuardedService(tier.call, {
      name,
      status: tier.status ?? (() => inner.status()),
      dispose: async () => {
        try {
          await tier.dispose?.();
        } finally {
          await inner[Symbol.asyncDispose]();
        }
      },
    });
  });
}

/** A {@link Call}, as the result of `build` in {@link layer}. */
export interface BareCall<in Req, out Res> {
  (request: Req, cx: Context): Promise<Res>;
  /**
   * `Function.prototype.call`, by a type that has no parameters to say: else the parameters of a
   * tier's `call`, of which the compiler asks both types, would have none either.
   */
  readonly call: object;
}

/** Gives a layer the name that `describe()` prints. */
export function named<Inner, Outer>(name: string, build: Layer<Inner, Outer>): Layer<Inner, Outer> {
  return Object.defineProperty((inner: Inner) => build(inner), "name", { value: name });
}

/** `mapRequest(decode)` for a function with a name, `mapRequest` for one without. */
export function nameWith(name: string, fn: { readonly name: string }): string {
  return fn.name === "" ? name : `${name}(${fn.name})`;
}
