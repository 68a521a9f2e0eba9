import type { Layer } from "./layer.ts";
import { drawOutline, outline, remember } from "./outline.ts";
import { guard, GuardedService, nameOf, serviceOf } from "./service.ts";
import type { Call, Service } from "./service.ts";

/**
 * Begins a stack for services that take `Req` and answer `Res`. Layers are written outermost
 * first, as a request meets them:
 *
 * ```ts
 * const service = stack<string, string>()
 *   .push(timeout({ timeoutMs: 1_000 }))
 *   .push(retry({ attempts: 3 }))
 *   .service(echo);
 * ```
 */
export function stack<Req, Res>(): Stack<Req, Res, Req, Res> {
  return new Stack<Req, Res, Req, Res>([]);
}

// A list of layers of unlike types: the types are kept by `Stack`, one push at a time.
type AnyService = Service<never, unknown>;
type AnyLayer = Layer<AnyService, AnyService>;

/**
 * Layers waiting for the service on the ground. Immutable: `push` returns a new stack, so that a
 * common beginning can be shared.
 */
export class Stack<in OuterReq, out OuterRes, out Req, in Res> {
  readonly #layers: readonly AnyLayer[];

  constructor(layers: readonly AnyLayer[]) {
    this.#layers = layers;
  }

  /** Puts a layer below the ones already there. */
  push<InnerReq, InnerRes>(
    layer: Layer<Service<InnerReq, InnerRes>, Service<Req, Res>>,
  ): Stack<OuterReq, OuterRes, InnerReq, InnerRes> {
    return new Stack<OuterReq, OuterRes, InnerReq, InnerRes>([...this.#layers, layer as unknown as AnyLayer]);
  }

  /** Closes the stack with its innermost service, or with a plain function as one. */
  service(ground: Service<Req, Res>): GuardedService<OuterReq, OuterRes>;
  service(ground: Call<Req, Res>): GuardedService<OuterReq, OuterRes>;
  service(ground: Service<Req, Res> | Call<Req, Res>): GuardedService<OuterReq, OuterRes> {
    const floor = serviceOf(ground);
    let built: AnyService = floor;
    for (const layer of this.#layers.toReversed()) built = guard(layer(built));
    if (built === floor) built = itself(floor);
    const outermost = guard(built as unknown as Service<OuterReq, OuterRes>);
    tiersOf.set(outermost, [...this.#names(), ...(tiersOf.get(ground) ?? [nameOf(ground)])]);
    remember(outermost, { layers: this.#layers, ground, groundName: nameOf(ground) });
    return outermost;
  }

  /** The tiers so far, one a line, outermost first; `describe(service)` has the ground as well. */
  describe(): string {
    return drawOutline(this.#names().map((name) => ({ name })));
  }

  #names(): readonly string[] {
    return this.#layers.map((layer) => layer.name || "(layer)");
  }
}

const tiersOf = new WeakMap<object, readonly string[]>();

/** The tiers of a service that a stack built, outermost first; empty for any other service. */
export function tiers(service: object): readonly string[] {
  return tiersOf.get(service) ?? [];
}

/** The tiers of a built service, one a line; the empty string for any other service. */
export function describe(service: object): string {
  return drawOutline(outline(service));
}

/** A service on one line, for the name of a layer that holds it: `a › b › ground`. */
export function inline(service: object): string {
  return tiersOf.get(service)?.join(" › ") ?? nameOf(service);
}

// A stack whose layers all step aside is its ground, which has a description of its own to keep.
function itself<Req, Res>(ground: GuardedService<Req, Res>): GuardedService<Req, Res> {
  return new GuardedService((request, cx) => ground.call(request, cx), {
    status: () => ground.status(),
    dispose: () => ground[Symbol.asyncDispose](),
  });
}
