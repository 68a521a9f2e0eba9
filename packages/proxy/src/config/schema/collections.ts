import { z } from "zod";

import type { Schema } from "./scalars.ts";

/** A mapping of known keys; any other key is a fault. */
export function mapping<S extends z.core.$ZodLooseShape>(shape: S): z.ZodObject<S, z.core.$strict> {
  const keys = Object.keys(shape);
  const shown = keys.length > 6 ? `${keys.slice(0, 6).join(", ")}, ...` : keys.join(", ");
  return z.strictObject(shape, {
    error: ({ code }) => (code === "invalid_type" ? `must be a mapping of ${shown}` : undefined),
  });
}

/** A list; `least` entries at least. */
export function listOf<T>(item: Schema<T>, expected: string, least = 0): z.ZodType<T[], readonly T[]> {
  const error = `must be a list of ${expected}${least > 0 ? ", at least one" : ""}`;
  return z.array(item, { error }).min(least, { error });
}

/** One of several shapes. `expected` is told where the value has none of them. */
export function either<T extends readonly [z.ZodType, z.ZodType, ...z.ZodType[]]>(
  expected: string,
  shapes: T,
): z.ZodUnion<T> {
  return z.union(shapes, { error: `must be ${expected}` });
}
