import { createHash, scryptSync } from "node:crypto";

import type { ProxyConfig } from "./model.ts";
import { isSecretPath } from "./source/secrets.ts";
import type { Path } from "./source/node.ts";
import { toSource } from "./write.ts";
import type { SourceValue } from "./write.ts";

/**
 * `sha256:` and 16 hex digits of everything that a configuration says; the same in every process and
 * for every spelling. Layers of one's own count by name. The hash is public, so that secrets are in it
 * by a function that is slow to guess with.
 */
export function configHash(config: ProxyConfig): string {
  const canonical = JSON.stringify(sorted(toSource(config), []));
  return `sha256:${createHash("sha256").update(canonical).digest("hex").slice(0, 16)}`;
}

function sorted(value: SourceValue, path: Path): unknown {
  if (typeof value === "string" && isSecretPath(path)) {
    return scryptSync(value, "pagoda configuration", 16).toString("hex");
  }
  if (Array.isArray(value)) return value.map((each: SourceValue, index) => sorted(each, [...path, index]));
  if (typeof value !== "object") return value;
  return Object.entries(value)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, each]) => [key, sorted(each, [...path, key])]);
}
