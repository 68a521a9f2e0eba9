import { loadConfig } from "../config/load.ts";
import { jsonSchema } from "../config/schema/json-schema.ts";
import { configFlags } from "./commands/serving.ts";
import { exitCodes, UsageError } from "./exit.ts";
import { readFlags } from "./flags.ts";
import { suggestion } from "../text/suggestion.ts";

/** `pagoda config print` and `pagoda config schema`. @throws ConfigError, UsageError */
export async function config([action, ...args]: readonly string[]): Promise<number> {
  switch (action) {
    case "print":
      return print(args);
    case "schema":
      if (args.length > 0)
        throw new UsageError(`unexpected argument "${args[0]}" (see: pagoda config --help)`);
      process.stdout.write(`${JSON.stringify(jsonSchema(), null, 2)}\n`);
      return exitCodes.ok;
    case undefined:
      throw new UsageError("pagoda config needs print or schema (see: pagoda config --help)");
    default: {
      const near = suggestion(action, ["print", "schema"], "pagoda config ");
      throw new UsageError(`unknown command "config ${action}"${near} (see: pagoda config --help)`);
    }
  }
}

async function print(args: readonly string[]): Promise<number> {
  const given = readFlags("config", configFlags, args);
  const loaded = await loadConfig({
    ...(given.config !== undefined && { file: given.config }),
    env: process.env,
    cwd: process.cwd(),
  });
  const options = { origins: given.origins !== undefined || given.origin !== undefined };
  process.stdout.write(given.effective === undefined ? loaded.printGiven(options) : loaded.print(options));
  return exitCodes.ok;
}
