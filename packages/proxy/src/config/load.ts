import { messageOf } from "@pagoda/core";
import { readFile, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";

import { checkAll } from "./checks/all.ts";
import { ConfigError } from "./fault.ts";
import type { ConfigFault } from "./fault.ts";
import { configHash } from "./hash.ts";
import type { ProxyConfig } from "./model.ts";
import { printConfig, printGiven } from "./print.ts";
import type { PrintOptions } from "./print.ts";
import { resolveConfig } from "./resolve.ts";
import { settle } from "./settle.ts";
import { overlayEnvironment } from "./source/environment.ts";
import { defaultFiles, findFile } from "./source/find-file.ts";
import type { FoundFile } from "./source/find-file.ts";
import { readModule } from "./source/module.ts";
import { nearestNode } from "./source/node.ts";
import type { ConfigNode, Origin, Path } from "./source/node.ts";
import { fromValues, overlay } from "./source/values.ts";
import { readYaml } from "./source/yaml.ts";

/** What a configuration is read from: flags over the environment over a file over defaults. */
export interface ConfigInput {
  /**
   * Null: none is read.
   * @default the first of pagoda.yaml, pagoda.yml and pagoda.config.ts in `cwd`, if there is one
   */
  readonly file?: string | null;
  /** A part of a configuration, in the shape of the file. */
  readonly flags?: Readonly<Record<string, unknown>>;
  /** `PAGODA_LISTENERS__0__BIND` and so on, and what `${NAME}` refers to. */
  readonly env: NodeJS.ProcessEnv;
  /** What `file`, and paths in flags and variables, are relative to. */
  readonly cwd: string;
}

/** A configuration that can be served. */
export interface LoadedConfig {
  readonly config: ProxyConfig;
  /** The file as it was named, else `flags`. */
  readonly source: string;
  /** `sha256:` and 16 hex digits: equal where the configurations mean the same. */
  readonly hash: string;
  /** Absolute: the file, and every one that it refers to by `${file:...}`. */
  readonly files: readonly string[];
  /** All of it as YAML, secrets as `•••`. */
  print(options: PrintOptions): string;
  /** What was given alone, without defaults. */
  printGiven(options: PrintOptions): string;
}

/** Bytes of a file at most. */
const maxFileBytes = 1_048_576;

/** Reads a configuration, and checks all of it. @throws ConfigError with every fault there is */
export async function loadConfig({ file, flags = {}, env, cwd }: ConfigInput): Promise<LoadedConfig> {
  const found = file === null ? undefined : findFile(file, cwd);
  const read = found === undefined ? nothing() : await readSource(found, env);
  if (read.root === undefined) throw new ConfigError(read.faults);
  const faults: ConfigFault[] = [...read.faults, ...overlayEnvironment(read.root, env)];
  const whole = overlay(read.root, fromValues(flags, { from: "flag" }));
  if (isEmpty(whole) && found === undefined) throw noConfiguration();
  const settled = settle(whole);
  faults.push(...settled.faults);
  if (settled.source !== undefined) faults.push(...checkAll(settled.source, whole, settled.paths));
  if (faults.length > 0 || settled.source === undefined) throw new ConfigError(unlikeEachOther(faults));
  const config = resolveConfig(settled.source, (path, name) => resolve(folderOf(whole, path, cwd), name));
  let hash: string | undefined;
  return {
    config,
    source: found?.name ?? "flags",
    // When it is asked for: it is slow, where there are secrets.
    get hash() {
      hash ??= configHash(config);
      return hash;
    },
    files: [...new Set([...(found === undefined ? [] : [found.path]), ...read.files])],
    print: (options) => printConfig(config, whole, options),
    printGiven: (options) => printGiven(whole, options),
  };
}

interface ReadSource {
  readonly root: ConfigNode | undefined;
  readonly faults: readonly ConfigFault[];
  readonly files: readonly string[];
}

function nothing(): ReadSource {
  return { root: { kind: "map", entries: new Map(), origin: { from: "flag" } }, faults: [], files: [] };
}

async function readSource({ path, name, kind }: FoundFile, env: NodeJS.ProcessEnv): Promise<ReadSource> {
  const folder = dirname(path);
  const origin: Origin = { from: "file", file: { name, folder, lines: [], secrets: [] }, span: undefined };
  const fail = (message: string): ReadSource => ({
    root: undefined,
    faults: [{ path: "", message, origin }],
    files: [],
  });
  try {
    const { size } = await stat(path);
    if (size > maxFileBytes) return fail(`has ${size} bytes: at most ${maxFileBytes} are read`);
    if (kind === "module") return { ...(await readModule(path, name)), files: [] };
    // The mark that some editors put first is no part of the text.
    const text = (await readFile(path, "utf8")).replace(/^\uFEFF/, "");
    return readYaml(text, { name, folder, env });
  } catch (error) {
    return fail(`cannot be read: ${messageOf(error).replace(/, \w+(?: '.*')?$/s, "")}`);
  }
}

function isEmpty(root: ConfigNode): boolean {
  return root.kind === "map" && root.entries.size === 0;
}

function noConfiguration(): ConfigError {
  return new ConfigError([
    {
      path: "",
      message: `there is no configuration: looked for ${defaultFiles.join(", ")}`,
      hint: "pagoda init writes one, and -c FILE names another",
      origin: undefined,
    },
  ]);
}

/** What is relative, is so to the file that says it. */
function folderOf(root: ConfigNode, path: Path, cwd: string): string {
  const { origin } = nearestNode(root, path);
  return origin.from === "file" ? origin.file.folder : cwd;
}

/** A fault that two checks found is told once. */
function unlikeEachOther(faults: readonly ConfigFault[]): readonly ConfigFault[] {
  const seen = new Set<string>();
  return faults.filter(({ path, message }) => {
    const key = `${path}\n${message}`;
    if (seen.has(key)) return message.startsWith("this key is given twice");
    seen.add(key);
    return true;
  });
}
