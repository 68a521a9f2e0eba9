import { messageOf } from "@pagoda/core";
import { dirname } from "node:path";
import { pathToFileURL } from "node:url";

import type { ConfigFault } from "../fault.ts";
import type { ConfigNode, Origin, SourceFile } from "./node.ts";
import { fromValues } from "./values.ts";

/** What a module says. */
export interface ReadModule {
  readonly root: ConfigNode | undefined;
  readonly faults: readonly ConfigFault[];
}

let imports = 0;

/**
 * Reads the default export of a TypeScript or JavaScript file. Every call runs the file anew, which
 * keeps the older copies in memory: modules are never unloaded. What it imports is not run anew.
 */
export async function readModule(path: string, name: string): Promise<ReadModule> {
  const file: SourceFile = { name, folder: dirname(path), lines: [], secrets: [] };
  const origin: Origin = { from: "file", file, span: undefined };
  const fail = (message: string, hint?: string): ReadModule => ({
    root: undefined,
    faults: [{ path: "", message, hint, origin }],
  });
  const url = pathToFileURL(path);
  imports += 1;
  url.searchParams.set("load", String(imports));
  let loaded: { readonly default?: unknown };
  try {
    loaded = (await import(/* @vite-ignore */ url.href)) as typeof loaded;
  } catch (error) {
    return fail(`cannot be run: ${messageOf(error).replaceAll(/\s*\n\s*/g, " ")}`);
  }
  const root = fromValues(loaded.default, origin);
  return root.kind === "map"
    ? { root, faults: [] }
    : fail("has no configuration as its default export", "export default defineConfig({ ... })");
}
