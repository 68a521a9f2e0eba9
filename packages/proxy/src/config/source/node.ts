/** A place in a file, one-based; `length` in UTF-16 units, on that line alone. */
export interface Span {
  readonly line: number;
  readonly column: number;
  readonly length: number;
}

/** A file that configuration was read from. */
export interface SourceFile {
  /** As messages call it. */
  readonly name: string;
  /** The folder that paths in it are relative to. */
  readonly folder: string;
  /** Empty where positions are not known, as in TypeScript. */
  readonly lines: readonly string[];
  /** What of the lines is never shown. */
  readonly secrets: Span[];
}

/** Where a value was said. */
export type Origin =
  | { readonly from: "file"; readonly file: SourceFile; readonly span: Span | undefined }
  /** `text` is the value as it may be shown. */
  | { readonly from: "env"; readonly name: string; readonly text: string }
  | { readonly from: "flag" };

/** From the root: keys, and indexes of lists. */
export type Path = readonly (string | number)[];

/**
 * A text that need not stay one: `loose` ones came from a reference (a scalar) or from a variable of
 * the environment (any value, as YAML writes it on one line), and are read anew where a text does not fit.
 */
export interface LeafNode {
  readonly kind: "leaf";
  readonly value: unknown;
  readonly origin: Origin;
  readonly secret: boolean;
  readonly loose?: "scalar" | "any";
}

export interface MapEntry {
  readonly key: Origin;
  readonly node: ConfigNode;
}

export interface MapNode {
  readonly kind: "map";
  readonly entries: Map<string, MapEntry>;
  readonly origin: Origin;
}

export interface ListNode {
  readonly kind: "list";
  readonly items: ConfigNode[];
  readonly origin: Origin;
}

/** A configuration as it was written, with where each part of it comes from. */
export type ConfigNode = LeafNode | MapNode | ListNode;

/** Nested deeper than anything that makes sense, or in itself. */
export const maxDepth = 32;

/** What is at a path, or undefined. */
export function nodeAt(root: ConfigNode, path: Path): ConfigNode | undefined {
  let node: ConfigNode | undefined = root;
  for (const step of path) {
    if (node?.kind === "map") node = node.entries.get(String(step))?.node;
    else if (node?.kind === "list") node = node.items[Number(step)];
    else return undefined;
  }
  return node;
}

/** What is at a path, or the nearest node above it. */
export function nearestNode(root: ConfigNode, path: Path): ConfigNode {
  for (let length = path.length; length > 0; length--) {
    const node = nodeAt(root, path.slice(0, length));
    if (node !== undefined) return node;
  }
  return root;
}

/** Where the key that a path ends with is written; undefined for entries of lists, and for the root. */
export function keyOrigin(root: ConfigNode, path: Path): Origin | undefined {
  const parent = path.length === 0 ? undefined : nodeAt(root, path.slice(0, -1));
  return parent?.kind === "map" ? parent.entries.get(String(path.at(-1)))?.key : undefined;
}

/** Puts a node at a path whose parent is there. */
export function replaceAt(root: ConfigNode, path: Path, node: ConfigNode): void {
  const parent = nodeAt(root, path.slice(0, -1));
  const step = path.at(-1);
  if (parent?.kind === "map") {
    parent.entries.set(String(step), { key: keyOrigin(root, path) ?? node.origin, node });
  } else if (parent?.kind === "list") parent.items[Number(step)] = node;
}

/** Takes what is at a path away, if it is the value of a key. */
export function removeKey(root: ConfigNode, path: Path): void {
  const parent = nodeAt(root, path.slice(0, -1));
  if (parent?.kind === "map") parent.entries.delete(String(path.at(-1)));
}

/** The values alone, as schemas take them. */
export function plain(node: ConfigNode): unknown {
  if (node.kind === "leaf") return node.value;
  if (node.kind === "list") return node.items.map(plain);
  return Object.fromEntries([...node.entries].map(([key, entry]) => [key, plain(entry.node)]));
}

/** `listeners[0].tls.cert`; keys that would read as something else are quoted. */
export function showPath(path: Path): string {
  let shown = "";
  for (const step of path) {
    if (typeof step === "number") shown += `[${step}]`;
    else if (!/^[\w$-]+$/.test(step)) shown += `[${JSON.stringify(step)}]`;
    else shown += shown === "" ? step : `.${step}`;
  }
  return shown;
}

/** The value of a leaf whose reference led nowhere: that is a fault already, and nothing else is said of it. */
export const unresolved: unique symbol = Symbol("unresolved");
