import type { Registry } from "prom-client";

import { printAlias } from "./alias.ts";
import type { Alias } from "./alias.ts";
import { grepplabs } from "./grepplabs.ts";
import { hubble } from "./hubble.ts";
import { kprf } from "./kprf.ts";
import { linkerd } from "./linkerd.ts";

/** Whose names our counts are printed under as well. */
export const compatNames = ["linkerd", "hubble", "kprf", "grepplabs"] as const;
export type CompatName = (typeof compatNames)[number];

const sets: Readonly<Record<CompatName, readonly Alias[]>> = { linkerd, hubble, kprf, grepplabs };

/**
 * Prints our counts under the names of other proxies too, so that their dashboards keep working.
 *
 * They are read from the same registry's own families whenever the page is asked for: a request
 * costs nothing more. A family that the registry does not have has no lines.
 *
 * @throws Error, from prom-client, when the registry already has one of the names.
 */
export function printCompat(registry: Registry, names: readonly CompatName[]): void {
  for (const name of new Set(names)) for (const alias of sets[name]) printAlias(registry, alias);
}
