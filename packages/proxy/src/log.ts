import { classify, messageOf } from "@pagoda/core";
import { pino } from "pino";
import type { DestinationStream, Logger } from "pino";

/** The log levels, least urgent first. */
export const logLevels = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;
export type LogLevel = (typeof logLevels)[number];

/** What is logged of Kafka requests and responses: nothing, or a line for each with its size and header. */
export const frameLogs = ["off", "headers"] as const;
export type FrameLog = (typeof frameLogs)[number];

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
      serializers: { err: loggedError },
      formatters: { level: (label) => ({ level: label }) },
    },
    destination ?? pino.destination({ sync: true }),
  );
}

/** What a line says of an error. Only a defect of ours shows its stack. */
function loggedError(error: unknown): object {
  const { code, kind, retriable } = classify(error);
  const cause = error instanceof Error && error.cause !== undefined ? { cause: messageOf(error.cause) } : {};
  const stack = kind === "internal" && error instanceof Error ? { stack: error.stack } : {};
  return { code, kind, retriable, message: messageOf(error), ...cause, ...stack };
}

export type { Logger } from "pino";
