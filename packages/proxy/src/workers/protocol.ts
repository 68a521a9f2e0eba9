import type { ErrorKind } from "@pagoda/core";

import { logLevels } from "../log.ts";
import type { LogLevel } from "../log.ts";
import type { FamilySnapshot } from "./snapshot.ts";
import type { WorkerStatus } from "./worker-proxy.ts";
import type { ReloadResult } from "../runtime/reloader.ts";

/**
 * What the primary and a worker say to each other, as JSON over the channel that `fork` opens.
 *
 * ```text
 * primary → worker   request  { id, ask }       each is answered once, or times out
 * worker → primary   answer   { id, value } or { id, error }
 *                    serving                    once, when its listeners are open
 *                    failed   { error }         once, when it could not begin; it ends then
 * ```
 *
 * The channel carries messages of node:cluster and of libraries too: ours have the mark, and
 * whatever does not is none of ours. Ours with a shape that makes no sense are dropped and logged.
 */
const mark = "pagoda-worker-1";

/** What the primary can ask, and what the answer is. */
export interface Answers {
  /** The heartbeat: the event loop turns. */
  readonly ping: true;
  readonly metrics: readonly FamilySnapshot[];
  readonly status: WorkerStatus;
  readonly reload: ReloadResult;
  readonly drain: "drained" | "forced";
  readonly logLevel: true;
  /** Answered before the worker disposes of its proxy and ends. */
  readonly end: true;
}

export type Ask =
  | { readonly kind: "ping" | "metrics" | "status" | "reload" | "end" }
  | { readonly kind: "drain"; readonly deadlineMs: number }
  | { readonly kind: "logLevel"; readonly level: LogLevel };

/** An error on its way to the primary. */
export interface SentError {
  readonly message: string;
  readonly code: string;
  readonly kind: ErrorKind;
  readonly retriable: boolean;
  /** What a process that ends for it ends with. */
  readonly exitCode: number;
}

export interface Request {
  readonly type: "request";
  readonly id: number;
  readonly ask: Ask;
}

export type Reply =
  | { readonly type: "serving" }
  | { readonly type: "failed"; readonly error: SentError }
  | { readonly type: "answer"; readonly id: number; readonly value: unknown }
  | { readonly type: "answer"; readonly id: number; readonly error: SentError };

/** `other`: not a message of ours. */
export type Received<M> = M | "other" | "malformed";

/** A message, ready for `send`. */
export function toWire(message: Request | Reply): object {
  return { ...message, mark };
}

export function readRequest(message: unknown): Received<Request> {
  if (!isMarked(message)) return "other";
  const { type, id, ask } = message;
  if (type !== "request" || !Number.isSafeInteger(id) || !isAsk(ask)) return "malformed";
  return { type, id: Number(id), ask };
}

export function readReply(message: unknown): Received<Reply> {
  if (!isMarked(message)) return "other";
  const { type, id, value, error } = message;
  if (type === "serving") return { type };
  if (type === "failed") return isSentError(error) ? { type, error } : "malformed";
  if (type !== "answer" || !Number.isSafeInteger(id)) return "malformed";
  if (error === undefined) return { type, id: Number(id), value };
  return isSentError(error) ? { type, id: Number(id), error } : "malformed";
}

type Fields = Readonly<Record<string, unknown>>;

function isMarked(message: unknown): message is Fields {
  return isFields(message) && message["mark"] === mark;
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null;
}

const plainAsks: ReadonlySet<unknown> = new Set(["ping", "metrics", "status", "reload", "end"]);

function isAsk(ask: unknown): ask is Ask {
  if (!isFields(ask)) return false;
  if (ask["kind"] === "drain") return typeof ask["deadlineMs"] === "number";
  if (ask["kind"] === "logLevel") return logLevels.some((level) => level === ask["level"]);
  return plainAsks.has(ask["kind"]);
}

function isSentError(error: unknown): error is SentError {
  return (
    isFields(error) &&
    typeof error["message"] === "string" &&
    typeof error["code"] === "string" &&
    typeof error["kind"] === "string" &&
    typeof error["retriable"] === "boolean" &&
    Number.isSafeInteger(error["exitCode"])
  );
}
