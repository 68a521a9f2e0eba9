/** A tier of a stack, for who shows them. JSON. */
export interface TierOutline {
  readonly name: string;
  /** Of a layer that sends some requests elsewhere: the tiers there, outermost first. */
  readonly to?: readonly TierOutline[];
  /** Of a service that builds another as it goes (one for each connection): the tiers of the last one. */
  readonly builds?: readonly TierOutline[];
}

/** A stack as it was built. */
interface Built {
  readonly layers: readonly (object & { readonly name: string })[];
  readonly ground: object;
  readonly groundName: string;
}

const builtOf = new WeakMap<object, Built>();
const branchOf = new WeakMap<object, object>();
const buildsOf = new WeakMap<object, () => readonly string[]>();

/** Remembers what a service was built of. */
export function remember(service: object, built: Built): void {
  builtOf.set(service, built);
}

/** Says of a layer that it sends some requests to `service`, and returns it. */
export function leadsTo<L extends object>(layer: L, service: object): L {
  branchOf.set(layer, service);
  return layer;
}

/**
 * Says of a service that it builds others as it goes, and returns it. `tiers` answers those of the
 * last one, as `tiers()` has them: names, so that nothing of what was built is kept.
 */
export function builds<S extends object>(service: S, tiers: () => readonly string[]): S {
  buildsOf.set(service, tiers);
  return service;
}

/** The tiers of a built service, outermost first; empty for any other service. */
export function outline(service: object): readonly TierOutline[] {
  const built = builtOf.get(service);
  if (built === undefined) return [];
  const { layers, ground, groundName } = built;
  return [...layers.map(layerOutline), ...(builtOf.has(ground) ? outline(ground) : [groundOutline()])];

  function groundOutline(): TierOutline {
    const tiers = buildsOf.get(ground)?.();
    return { name: groundName, ...(tiers && { builds: tiers.map((name) => ({ name })) }) };
  }
}

function layerOutline(layer: object & { readonly name: string }): TierOutline {
  const branch = branchOf.get(layer);
  const name = layer.name || "(layer)";
  return branch === undefined ? { name } : { name, to: outline(branch) };
}

/** Tiers as lines: each below the one around it; what the last service of a branch builds, beside it. */
export function drawOutline(tiers: readonly TierOutline[]): string {
  return lines(tiers).join("\n");
}

function lines(tiers: readonly TierOutline[]): readonly string[] {
  const [first, ...inner] = tiers;
  if (first === undefined) return [];
  const below = inner.length > 0 ? lines(inner) : lines(first.builds ?? []);
  const beside = lines(first.to?.at(-1)?.builds ?? []);
  return [first.name, ...indented("│ ", beside), ...indented("", below)];
}

function indented(bar: string, all: readonly string[]): readonly string[] {
  return all.map((line, n) => `${bar}${n === 0 ? "└ " : "  "}${line}`);
}
