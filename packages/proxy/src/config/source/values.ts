import { maxDepth } from "./node.ts";
import type { ConfigNode, MapEntry, Origin, Path } from "./node.ts";
import { isSecretPath, isSecretValue } from "./secrets.ts";

/** A tree of values that have one origin: of a TypeScript file, or of flags. `undefined` is as good as absent. */
export function fromValues(value: unknown, origin: Origin, path: Path = []): ConfigNode {
  if (path.length <= maxDepth) {
    if (Array.isArray(value)) {
      return {
        kind: "list",
        items: value.map((item, index) => fromValues(item, origin, [...path, index])),
        origin,
      };
    }
    if (isPlainObject(value)) {
      const entries = Object.entries(value)
        .filter(([, each]) => each !== undefined)
        .map(([key, each]): [string, MapEntry] => [
          key,
          { key: origin, node: fromValues(each, origin, [...path, key]) },
        ]);
      return { kind: "map", entries: new Map(entries), origin };
    }
  }
  return { kind: "leaf", value, origin, secret: isSecretPath(path) || isSecretValue(value) };
}

/**
 * Lays one tree over another: mappings key by key, `listeners` one by one. Any other list, and any
 * value, replaces what is below it.
 */
export function overlay(below: ConfigNode, above: ConfigNode, path: Path = []): ConfigNode {
  if (below.kind === "map" && above.kind === "map") {
    const entries = new Map(below.entries);
    for (const [key, entry] of above.entries) {
      const under = entries.get(key);
      const node = under === undefined ? entry.node : overlay(under.node, entry.node, [...path, key]);
      entries.set(key, { key: under?.key ?? entry.key, node });
    }
    return { ...below, entries };
  }
  if (below.kind === "list" && above.kind === "list" && path.length === 1 && path[0] === "listeners") {
    const items = [...below.items];
    for (const [index, item] of above.items.entries()) {
      const under = items[index];
      items[index] = under === undefined ? item : overlay(under, item, [...path, index]);
    }
    return { ...below, items };
  }
  return above;
}

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype || Object.getPrototypeOf(prototype) === null;
}
