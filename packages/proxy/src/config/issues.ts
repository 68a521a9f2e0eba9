import type { z } from "zod";

import { suggestion } from "../text/suggestion.ts";
import type { ConfigFault } from "./fault.ts";
import { layerNames } from "./layer-config.ts";
import { optionsAt } from "./schema/options-at.ts";
import { keyOrigin, nearestNode, nodeAt, showPath, unresolved } from "./source/node.ts";
import type { ConfigNode, Origin, Path } from "./source/node.ts";
import { redacted } from "./source/secrets.ts";

type Issue = z.core.$ZodIssue;

/** What a schema found at one path. */
export interface FoundIssue {
  readonly path: Path;
  readonly issue: Issue;
}

/** The issues of a schema one by one; of a value with several shapes, those of the shape that was meant. */
export function flatten(issues: readonly Issue[], above: Path = []): readonly FoundIssue[] {
  return issues.flatMap((issue) => {
    const path = [...above, ...issue.path.map((step) => (typeof step === "symbol" ? String(step) : step))];
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => ({ path: [...path, key], issue }));
    }
    const meant = issue.code === "invalid_union" ? nearestShape(issue.errors) : undefined;
    return meant === undefined ? [{ path, issue }] : flatten(meant, path);
  });
}

/** The shape whose kind the value has, with the fewest faults; undefined where it has the kind of none. */
function nearestShape(shapes: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  const near = shapes.filter((issues) => !issues.some(isWrongKind));
  return near.toSorted((a, b) => weight(a) - weight(b))[0];
}

function isWrongKind({ code, path }: Issue): boolean {
  return path.length === 0 && (code === "invalid_type" || code === "invalid_value");
}

function weight(issues: readonly Issue[]): number {
  return issues.reduce((sum, issue) => sum + (issue.code === "unrecognized_keys" ? issue.keys.length : 1), 0);
}

/** The fault that an issue is, in words and with its place. Undefined where a fault is told already. */
export function faultOf(root: ConfigNode, { path, issue }: FoundIssue): ConfigFault | undefined {
  const node = nodeAt(root, path);
  if (node?.kind === "leaf" && node.value === unresolved) return undefined;
  const base = { path: showPath(path) };
  const key = path.at(-1);
  if (issue.code === "unrecognized_keys") return unknownKey(root, path);
  if (issue.code === "invalid_key") {
    const message = "must be named with letters, digits, . _ and -, 64 at most";
    return { ...base, message, origin: keyOrigin(root, path) ?? nearestNode(root, path).origin };
  }
  if (node === undefined) {
    const hint = `${String(key)} ${issue.message}`;
    const parent = path.slice(0, -1);
    return {
      ...base,
      message: "is missing",
      hint,
      origin: keyOrigin(root, parent) ?? nearestNode(root, path).origin,
    };
  }
  const origin = placeOf(root, path);
  if (node.kind === "leaf" && node.value === null) {
    return {
      ...base,
      message: `${issue.message}, got nothing`,
      hint: "give it a value, or take the key away",
      origin,
    };
  }
  if (issue.code === "too_big" || issue.code === "too_small") {
    return { ...base, message: `${issue.message}${got(node)}`, origin };
  }
  return {
    ...base,
    message: `${issue.message}${got(node)}${near(node, issue)}`,
    hint: hintOf(node, issue, path),
    origin,
  };
}

function unknownKey(root: ConfigNode, path: Path): ConfigFault {
  const key = String(path.at(-1));
  const parent = path.slice(0, -1);
  const what = parent.at(-2) === "layers" ? "layer" : "key";
  const known =
    what === "layer" ? layerNames : optionsAt(parent).keys.filter((each) => !each.startsWith("$"));
  return {
    path: showPath(path),
    message: `unknown ${what} ${JSON.stringify(key)}${suggestion(key, known, "")}`,
    hint: `known ${what}s: ${[...known].toSorted((a, b) => a.localeCompare(b, "en")).join(", ")}`,
    origin: keyOrigin(root, path) ?? nearestNode(root, path).origin,
  };
}

/** Mappings and lists begin on another line than their key: that is the better place. */
function placeOf(root: ConfigNode, path: Path): Origin {
  const node = nearestNode(root, path);
  const empty = node.kind === "leaf" && node.value === null;
  return (node.kind === "leaf" && !empty ? undefined : keyOrigin(root, path)) ?? node.origin;
}

/** Characters of a value that are repeated at most. */
const maxShown = 60;

function got(node: ConfigNode): string {
  if (node.kind === "map") return ", got a mapping";
  if (node.kind === "list") return node.items.length === 0 ? ", got an empty list" : ", got a list";
  if (node.secret) return `, got ${redacted}`;
  const { value } = node;
  if (typeof value === "function") return ", got a function";
  if (typeof value === "number" || typeof value === "boolean") return `, got ${value}`;
  if (typeof value !== "string") return `, got a value of type ${typeof value}`;
  if (value.includes("\n")) return ", got a text of several lines";
  const shown = value.length > maxShown ? `${value.slice(0, maxShown)}...` : value;
  return `, got ${JSON.stringify(shown)}`;
}

function near(node: ConfigNode, issue: Issue): string {
  if (node.kind !== "leaf" || typeof node.value !== "string" || node.secret) return "";
  const values = issue.code === "invalid_value" ? issue.values : choicesOf(issue);
  return suggestion(
    node.value,
    values.filter((value) => typeof value === "string"),
    "",
  );
}

/** The words among the shapes that a value may have. */
function choicesOf(issue: Issue): readonly unknown[] {
  if (issue.code !== "invalid_union") return [];
  return issue.errors.flat().flatMap((each) => (each.code === "invalid_value" ? each.values : []));
}

const yesNo = /^(yes|no|on|off)$/i;

function hintOf(node: ConfigNode, issue: Issue, path: Path): string | undefined {
  if (node.kind !== "leaf") return undefined;
  const { value, secret } = node;
  const key = String(path.at(-1));
  if (issue.code === "custom") {
    // What begins with "it" repeats nothing of the value.
    const detail: unknown = issue.params?.["detail"];
    if (typeof detail === "string") return secret && !detail.startsWith("it ") ? undefined : detail;
    return key === "build" ? "layers of one's own need a pagoda.config.ts" : undefined;
  }
  if (secret) return typeof value === "string" ? undefined : "put it in quotes to make it a text";
  if (typeof value === "string" && yesNo.test(value) && issue.message.startsWith("must be true"))
    return `write ${/^(yes|on)$/i.test(value) ? "true" : "false"}`;
  if (typeof value === "number") {
    if (issue.message.includes("HOST:PORT")) return `such as 127.0.0.1:${value}`;
    if (issue.message.includes("duration")) return `such as ${value}s or ${value}ms`;
    if (issue.code === "invalid_type" && issue.expected === "string")
      return "put it in quotes to make it a text";
  }
  if (typeof value === "string" && issue.message.includes("duration") && /^\d+(\.\d+)?$/.test(value))
    return `such as ${value}s or ${value}ms`;
  if (
    typeof value === "string" &&
    issue.code === "invalid_type" &&
    /^\d+$/.test(value) &&
    node.origin.from === "file"
  )
    return "take the quotes away";
  return undefined;
}
