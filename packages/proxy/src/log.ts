import { pino } from "pino";
import type { DestinationStream, Logger } from "pino";

/** The log levels, least urgent first. */
export const logLevels = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;
export type LogLevel = (typeof logLevels)[number];

export interface LogOptions {
  /** @default "info" */
  readonly level?: LogLevel;
  /** Where lines go. @default standard output */
  readonly destination?: DestinationStream;
}

/**
 * One JSON object a line: `ts` (RFC 3339), `level`, `msg`, and the fields of the event; errors
 * under `err`. Written synchronously, so that the last words before an exit are not lost.
 */
export function createLog({ level = "info", destination }: LogOptions = {}): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: () => `,"ts":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination ?? pino.destination({ sync: true }),
  );
}

export type { Logger } from "pino";
