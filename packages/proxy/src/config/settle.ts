import { parse } from "yaml";

import type { ConfigFault } from "./fault.ts";
import { faultOf, flatten } from "./issues.ts";
import type { FoundIssue } from "./issues.ts";
import { configSchema } from "./schema/config.ts";
import type { ConfigSource } from "./schema/config.ts";
import { nodeAt, plain, removeKey, replaceAt } from "./source/node.ts";
import type { ConfigNode, LeafNode, Path } from "./source/node.ts";
import { fromValues } from "./source/values.ts";

/** What the schema makes of a tree. */
export interface Settled {
  /** Undefined where too much is wrong. Where there are faults, what is wrong is left out. */
  readonly source: ConfigSource | undefined;
  readonly faults: readonly ConfigFault[];
  /** Where the faults are. */
  readonly paths: readonly Path[];
}

/** Holds a tree against the schema, and reads loose texts as what is expected where they stand. */
export function settle(root: ConfigNode): Settled {
  for (;;) {
    const checked = configSchema.safeParse(plain(root));
    if (checked.success) return { source: checked.data, faults: [], paths: [] };
    const issues = flatten(checked.error.issues);
    // Each loose text is read anew once: this ends.
    if (issues.filter(({ path }) => readAnew(root, path)).length > 0) continue;
    const faults = issues.map((issue) => faultOf(root, issue)).filter((fault) => fault !== undefined);
    return { source: withoutFaults(root, issues), faults, paths: issues.map(({ path }) => path) };
  }
}

/** The rest of the configuration, so that one fault does not hide those between its parts. */
function withoutFaults(root: ConfigNode, issues: readonly FoundIssue[]): ConfigSource | undefined {
  const rest = structured(root);
  for (const { path } of issues) {
    // Without a key that it must have, a mapping is left out as a whole.
    const out = nodeAt(rest, path) === undefined ? path.slice(0, -1) : path;
    // Listeners refer to clusters: without one of them nothing could be said of those.
    if (out[0] === "clusters" && out.length < 3) return undefined;
    removeKey(rest, out);
  }
  const checked = configSchema.safeParse(plain(rest));
  return checked.success ? checked.data : undefined;
}

/** A copy of mappings and lists; leaves are shared. */
function structured(node: ConfigNode): ConfigNode {
  if (node.kind === "leaf") return node;
  if (node.kind === "list") return { ...node, items: node.items.map(structured) };
  const entries = [...node.entries].map(
    ([key, entry]) => [key, { key: entry.key, node: structured(entry.node) }] as const,
  );
  return { ...node, entries: new Map(entries) };
}

function readAnew(root: ConfigNode, path: Path): boolean {
  const node = nodeAt(root, path);
  if (node?.kind !== "leaf" || node.loose === undefined || typeof node.value !== "string") return false;
  const { loose, ...leaf } = node;
  replaceAt(root, path, asWritten(leaf, node.value, loose, path));
  return true;
}

/** What the text means in YAML; itself where that is nothing that `loose` allows. */
function asWritten(leaf: LeafNode, text: string, loose: "scalar" | "any", path: Path): ConfigNode {
  let value: unknown;
  try {
    value = parse(text, { logLevel: "silent" });
  } catch {
    return leaf;
  }
  if (typeof value === "number" || typeof value === "boolean") return { ...leaf, value };
  if (loose === "any" && typeof value === "object" && value !== null) {
    return fromValues(value, leaf.origin, path);
  }
  return leaf;
}
