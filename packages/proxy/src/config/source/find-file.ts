import { existsSync } from "node:fs";
import { basename, extname, resolve } from "node:path";

/** What is looked for where no file is named, in this order. */
export const defaultFiles = ["pagoda.yaml", "pagoda.yml", "pagoda.config.ts"] as const;

/** A file of configuration. */
export interface FoundFile {
  readonly path: string;
  /** As messages call it. */
  readonly name: string;
  readonly kind: "yaml" | "module";
}

const moduleEndings = new Set([".ts", ".mts", ".js", ".mjs"]);

/** The file that was named, else the first of {@link defaultFiles} that is there. */
export function findFile(file: string | undefined, cwd: string): FoundFile | undefined {
  const name = file ?? defaultFiles.find((each) => existsSync(resolve(cwd, each)));
  if (name === undefined) return undefined;
  const path = resolve(cwd, name);
  return { path, name, kind: moduleEndings.has(extname(basename(path))) ? "module" : "yaml" };
}
