import { Document, isMap, isScalar, isSeq } from "yaml";
import type { Node } from "yaml";

import { showOrigin } from "./fault.ts";
import type { ProxyConfig } from "./model.ts";
import { keyOrigin, nodeAt } from "./source/node.ts";
import type { ConfigNode, Origin, Path } from "./source/node.ts";
import { isSecretPath, redacted } from "./source/secrets.ts";
import { toSource } from "./write.ts";
import type { SourceValue } from "./write.ts";

/** How a configuration is printed. */
export interface PrintOptions {
  /** Whether each value is followed by where it comes from. */
  readonly origins: boolean;
}

/** A whole configuration as YAML, secrets as `•••`. @param root what it came from */
export function printConfig(config: ProxyConfig, root: ConfigNode, { origins }: PrintOptions): string {
  const document = new Document(shown(toSource(config), [], root));
  if (origins && document.contents !== null) comment(document.contents, [], root);
  return document.toString({ lineWidth: 0, flowCollectionPadding: true });
}

/** The file as it was written, references resolved, secrets as `•••`: without defaults. */
export function printGiven(root: ConfigNode, { origins }: PrintOptions): string {
  const document = new Document(given(root));
  if (origins && document.contents !== null) comment(document.contents, [], root);
  return document.toString({ lineWidth: 0 });
}

function given(node: ConfigNode): unknown {
  if (node.kind === "list") return node.items.map(given);
  if (node.kind === "map") {
    return Object.fromEntries([...node.entries].map(([key, entry]) => [key, given(entry.node)]));
  }
  if (node.secret) return redacted;
  return typeof node.value === "function" ? `function ${node.value.name}`.trimEnd() : node.value;
}

function shown(value: SourceValue, path: Path, root: ConfigNode): unknown {
  if (isSecretPath(path) || comesFromSecret(path, root)) return value === undefined ? undefined : redacted;
  if (Array.isArray(value))
    return value.map((each: SourceValue, index) => shown(each, [...path, index], root));
  if (typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, each]) => each !== undefined)
      .map(([key, each]) => [key, shown(each, [...path, key], root)]),
  );
}

/** Of a text that became several values, as `bootstrap` may, each is as secret as the whole. */
function comesFromSecret(path: Path, root: ConfigNode): boolean {
  const leaf = path
    .map((_, index) => nodeAt(root, path.slice(0, index + 1)))
    .find((node) => node?.kind === "leaf");
  return leaf?.kind === "leaf" && leaf.secret;
}

/** Puts behind each value where it comes from. */
function comment(node: Node, path: Path, root: ConfigNode): void {
  if (isMap<Node, Node>(node)) {
    for (const { key, value } of node.items) {
      if (value !== null) comment(value, [...path, isScalar(key) ? String(key.value) : ""], root);
    }
  } else if (isSeq<Node>(node) && node.items.length > 0) {
    for (const [index, item] of node.items.entries()) comment(item, [...path, index], root);
  } else {
    const origin = originAt(path, root);
    node.comment = ` ${origin === undefined ? "default" : shortOrigin(origin)}`;
    if (isSeq(node)) node.flow = true;
  }
}

function originAt(path: Path, root: ConfigNode): Origin | undefined {
  for (let length = path.length; length > 0; length--) {
    const node = nodeAt(root, path.slice(0, length));
    if (node === undefined) continue;
    // What is below a mapping that was given, and was not given itself, is a default.
    if (length < path.length && node.kind !== "leaf") return undefined;
    return node.kind === "leaf" ? node.origin : (keyOrigin(root, path) ?? node.origin);
  }
  return undefined;
}

/** `pagoda.yaml:3`: the column says nothing of a value. */
function shortOrigin(origin: Origin): string {
  return origin.from === "file" && origin.span !== undefined
    ? `${origin.file.name}:${origin.span.line}`
    : showOrigin(origin);
}
