import { loadConfig } from "../config/load.ts";
import { jsonSchema } from "../config/schema/json-schema.ts";
import { suggestion } from "../text/suggestion.ts";
import { exitCodes, UsageError } from "./exit.ts";
import { flagHelp, readFlags } from "./flags.ts";
import type { Flags } from "./flags.ts";

const printFlags = {
  config: { short: "c", value: "FILE", help: "what is read", fallback: "pagoda.yaml, pagoda.config.ts" },
  effective: { help: "with everything that nobody said: the defaults" },
  origins: { help: "behind each value, where it comes from" },
  origin: { help: "the same" },
  help: { short: "h", help: "print this" },
} as const satisfies Flags;

const help = `pagoda config - look at a configuration

USAGE     pagoda config print [-c FILE] [--effective] [--origins]
          pagoda config schema

FLAGS
${flagHelp(printFlags)}

Secrets are printed as •••. Values come from flags, else PAGODA_* variables, else the file, else defaults.

EXAMPLES  pagoda config print --effective --origins
          PAGODA_ADMIN__BIND=127.0.0.1:9999 pagoda config print --origins
          pagoda config schema > pagoda.schema.json
`;

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
    case "--help":
    case "-h":
      process.stdout.write(help);
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
  const given = readFlags("config", printFlags, args);
  if (given.help !== undefined) {
    process.stdout.write(help);
    return exitCodes.ok;
  }
  const loaded = await loadConfig({
    ...(given.config !== undefined && { file: given.config }),
    env: process.env,
    cwd: process.cwd(),
  });
  const options = { origins: given.origins !== undefined || given.origin !== undefined };
  process.stdout.write(given.effective === undefined ? loaded.printGiven(options) : loaded.print(options));
  return exitCodes.ok;
}
