import { messageOf, ProxyError } from "@pagoda/core";

/** What the process ends with. `sysexits.h` has 78 as EX_CONFIG. */
export const exitCodes = { ok: 0, runtime: 1, usage: 2, configuration: 78 } as const;

/** The command line is not one that the program takes. */
export class UsageError extends ProxyError {
  readonly code = "USAGE";
  readonly retriable = false;
  readonly kind = "invalid";
}

/** The exit code for an error that ended the program. */
export function exitCodeOf(error: unknown): number {
  // What a layer is made with makes no sense: it came from the command line.
  if (error instanceof RangeError) return exitCodes.configuration;
  if (!ProxyError.is(error)) return exitCodes.runtime;
  switch (error.code) {
    case "USAGE":
      return exitCodes.usage;
    case "BAD_CERTIFICATE":
    case "CONFIG":
    case "STATE_FILE":
      return exitCodes.configuration;
    default:
      return exitCodes.runtime;
  }
}

/** The one line that says why the program ended; of a configuration, the lines of its faults. */
export function lastWords(error: unknown): string {
  if (ProxyError.is(error) && error.code === "CONFIG") return error.message;
  return `pagoda: ${messageOf(error).replaceAll(/\s*\n\s*/g, " ")}`;
}
