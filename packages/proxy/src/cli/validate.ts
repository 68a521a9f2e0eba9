import { loadConfig } from "../config/load.ts";
import type { ProxyConfig } from "../config/model.ts";
import { validateFlags } from "./commands/serving.ts";
import { exitCodes } from "./exit.ts";
import { readFlags } from "./flags.ts";

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
  const given = readFlags("validate", validateFlags, args);
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
