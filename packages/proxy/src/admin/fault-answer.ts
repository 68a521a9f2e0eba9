import { ProxyError } from "@pagoda/core";

import { jsonAnswer, textAnswer } from "./route.ts";
import type { AdminAnswer } from "./route.ts";

/** Why a request is not answered as it was asked. */
export interface Fault {
  readonly status: number;
  /** Stable, for programs: `NOT_FOUND`. */
  readonly code: string;
  /** For people: what to do about it. */
  readonly message: string;
}

/** Says so: below `/api/` as JSON, `{ "error": { "code", "message" } }`, elsewhere as a line of text. */
export function faultAnswer(path: string, { status, code, message }: Fault): AdminAnswer {
  return path.startsWith("/api/")
    ? jsonAnswer({ error: { code, message } }, status)
    : textAnswer(message, status);
}

/** The errors that callers are told, by code, with their status. Any other is a defect of ours. */
const statusOf: ReadonlyMap<string, number> = new Map([
  ["ADMIN_QUERY", 400],
  ["TAP_SESSIONS", 429],
  ["ADMIN_STREAMS", 503],
  ["DRAINING", 503],
]);

/** What an error of a handler says to the caller; undefined where it is none of the caller's business. */
export function faultOf(error: unknown): Fault | undefined {
  if (!ProxyError.is(error)) return undefined;
  const status = statusOf.get(error.code);
  return status === undefined ? undefined : { status, code: error.code, message: error.message };
}
