import { loadConfig } from "../config/load.ts";
import type { ProxyConfig } from "../config/model.ts";
import { exitCodes } from "./exit.ts";
import { flagHelp, readFlags } from "./flags.ts";
import type { Flags } from "./flags.ts";

const flags = {
  config: { short: "c", value: "FILE", help: "what is checked", fallback: "pagoda.yaml, pagoda.config.ts" },
  connect: { help: "also reach every cluster and upstream" },
  help: { short: "h", help: "print this" },
} as const satisfies Flags;

const help = `pagoda validate - check a configuration without serving it

USAGE     pagoda validate [-c FILE] [--connect]

FLAGS
${flagHelp(flags)}

EXIT      0 it can be served, 1 an upstream cannot be reached, 2 wrong usage, 78 it cannot be served

EXAMPLES  pagoda validate
          pagoda validate -c /etc/pagoda/pagoda.yaml --connect
`;

/** What `pagoda validate` does beyond reading. */
export interface ValidateParts {
  /**
   * Builds what the proxy would be made of - layers, certificates - and binds nothing; reaches the
   * upstreams where `connect` says so. Rejects with what cannot be built or reached.
   */
  readonly build: (config: ProxyConfig, options: { readonly connect: boolean }) => Promise<void>;
}

/** `pagoda validate`. @throws ConfigError, UsageError, and what `build` rejects with */
export async function validate(args: readonly string[], { build }: ValidateParts): Promise<number> {
  const given = readFlags("validate", flags, args);
  if (given.help !== undefined) {
    process.stdout.write(help);
    return exitCodes.ok;
  }
  const { config, source } = await loadConfig({
    ...(given.config !== undefined && { file: given.config }),
    env: process.env,
    cwd: process.cwd(),
  });
  await build(config, { connect: given.connect !== undefined });
  const listeners = counted(config.listeners.length, "listener");
  const clusters = counted(config.clusters.size, "cluster");
  process.stdout.write(`${source}: ok (${listeners}, ${clusters})\n`);
  return exitCodes.ok;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
